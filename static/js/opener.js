{
  // The focus comes back to what opened a pop-up, also when the page was loaded anew meanwhile.
  const KEY = "opener";
  const dialog = document.getElementById("dialog");
  if (!dialog) {
    const id = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    const opener = id && document.getElementById(id);
    if (opener) opener.focus({ preventScroll: document.querySelector(".flash") !== null });
    document.querySelector("main")?.addEventListener("click", (event) => {
      const pressed = event.target.closest("a[id], button[id]");
      if (pressed) sessionStorage.setItem(KEY, pressed.id);
    });
  }
}
