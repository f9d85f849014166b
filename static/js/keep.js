// What is shown for a short time only is copied, where the browser can, or printed.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const lines = [...document.getElementById(button.dataset.copy).children].map((line) => line.textContent.trim());
    const said = document.getElementById("copied");
    try {
      await navigator.clipboard.writeText(lines.join("\n"));
      said.textContent = "Copied.";
    } catch {
      said.textContent = "This browser does not let the page copy: select them and copy.";
    }
  });
}
document.querySelector("button[data-print]")?.addEventListener("click", () => print());
