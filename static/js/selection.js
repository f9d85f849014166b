{
  // Who is ticked is kept for this tab, so that it survives paging and searching. As many as an
  // address of 8 kB carries; beyond it "All that match" is the way.
  // Those who are active and those who are out are never acted on together: each side has its own.
  const isInactive = new URLSearchParams(location.search).get("show") === "inactive";
  const SIDES = ["ticked", "ticked-inactive"];
  const KEY = SIDES[isInactive ? 1 : 0];
  const MOST = 150;
  const all = document.getElementById("select-all");
  const words = document.getElementById("selected-words");
  const clear = document.getElementById("selected-clear");
  const form = document.getElementById("selection");
  // Without a script it names them all; with one their own boxes do.
  all?.removeAttribute("name");
  const boxes = [...document.querySelectorAll('input[name="user"][form="selection"]')];
  // What was ticked is used up where the act's own page is shown, and nobody else's business.
  if (!form) {
    if (document.querySelector("[data-forget-ticked]")) for (const side of SIDES) sessionStorage.removeItem(side);
  } else if (words && clear) {
    const elsewhere = form.appendChild(document.createElement("span"));
    // It takes no room beside the buttons.
    elsewhere.hidden = true;
    let kept = new Set(JSON.parse(sessionStorage.getItem(KEY) ?? "[]"));
    const keep = () => {
      for (const box of boxes) box.checked ? kept.add(box.value) : kept.delete(box.value);
      sessionStorage.setItem(KEY, JSON.stringify([...kept]));
    };
    const tell = () => {
      keep();
      const here = boxes.filter((box) => box.checked).length;
      const others = [...kept].filter((id) => !boxes.some((box) => box.value === id));
      elsewhere.replaceChildren(
        ...others.map((id) => {
          const field = document.createElement("input");
          [field.type, field.name, field.value] = ["hidden", "user", id];
          return field;
        }),
      );
      if (all) {
        all.checked = here > 0 && here === boxes.length;
        all.indeterminate = here > 0 && here < boxes.length;
      }
      const none = kept.size === 1 ? ", not on this page" : ", none of them on this page";
      const some = others.length > 0 ? `, ${others.length} not on this page` : "";
      const more = others.length > 0 && here === 0 ? none : some;
      words.textContent = kept.size > 0 ? `${kept.size} selected${more}` : "";
      clear.hidden = kept.size === 0;
    };
    const full = () => {
      tell();
      words.textContent += `. ${MOST} can be selected one by one: for more, search, then choose “All that match”.`;
    };
    const tick = (some, ticked) => {
      for (const box of some) {
        if (ticked && !box.checked && kept.size >= MOST) return full();
        box.checked = ticked;
        ticked ? kept.add(box.value) : kept.delete(box.value);
      }
      tell();
    };
    all?.addEventListener("change", () => tick(boxes, all.checked));
    clear.addEventListener("click", () => {
      kept = new Set();
      tick(boxes, false);
      (all ?? document.getElementById("search")).focus();
    });
    // With Shift, everything from the last click to this one.
    let last = null;
    for (const box of boxes) {
      box.addEventListener("click", (event) => {
        if (box.checked && kept.size >= MOST) {
          box.checked = false;
          return full();
        }
        if (event.shiftKey && last) {
          const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
          tick(boxes.slice(from, to + 1), box.checked);
        }
        last = box;
        tell();
      });
    }
    const recall = () => {
      for (const box of boxes) if (kept.has(box.value)) box.checked = true;
      tell();
    };
    // What the address carries for a browser without a script is in this tab's memory from here on.
    for (const field of document.querySelectorAll("input[data-carried]")) {
      if (field.form === form && kept.size < MOST) kept.add(field.value);
      field.remove();
    }
    for (const link of document.querySelectorAll('.page a[href*="user="]')) {
      const address = new URL(link.href);
      address.searchParams.delete("user");
      link.href = address.href;
    }
    recall();
    // Ticked by the address once; from here on this tab knows.
    if (location.pathname === "/users" && new URLSearchParams(location.search).has("user")) {
      const address = new URL(location);
      address.searchParams.delete("user");
      history.replaceState(history.state, "", address);
    }
    addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      kept = new Set(JSON.parse(sessionStorage.getItem(KEY) ?? "[]"));
      for (const box of boxes) box.checked = kept.has(box.value);
      tell();
    });
  }
}
