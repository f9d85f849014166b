{
  const all = document.getElementById("select-all");
  const words = document.getElementById("selected-words");
  const clear = document.getElementById("selected-clear");
  const boxes = [...document.querySelectorAll('input[name="user"][form="selection"]')];
  if (all && words && clear) {
    const tell = () => {
      const count = boxes.filter((box) => box.checked).length;
      all.checked = count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
      words.textContent = count > 0 ? `${count} selected` : "";
      clear.hidden = count === 0;
    };
    const tickAll = (ticked) => {
      for (const box of boxes) box.checked = ticked;
      tell();
    };
    all.addEventListener("change", () => tickAll(all.checked));
    clear.addEventListener("click", () => {
      tickAll(false);
      all.focus();
    });
    // With Shift, everything from the last click to this one.
    let last = null;
    for (const box of boxes) {
      box.addEventListener("click", (event) => {
        if (event.shiftKey && last) {
          const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
          for (const between of boxes.slice(from, to)) between.checked = box.checked;
          last.checked = box.checked;
        }
        last = box;
        tell();
      });
    }
    tell();
    addEventListener("pageshow", tell);
  }
}
