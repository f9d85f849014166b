{
  // Every pop-up is a page that works without this. Here it becomes modal: the focus stays inside,
  // Escape and a click beside it lead where its Cancel link does.
  const dialog = document.getElementById("dialog");
  const SENT = "sent";
  if (!dialog && !document.querySelector("[data-trouble]")) sessionStorage.removeItem(SENT);
  if (dialog?.showModal) {
    const question = document.getElementById("discard");
    const focused = dialog.contains(document.activeElement) ? document.activeElement : dialog.querySelector("[autofocus]");
    dialog.removeAttribute("open");
    dialog.showModal();
    focused?.focus();

    const leave = (target) => {
      // Going back keeps the history as long as it was, where the list is what lies behind. Behind an error
      // upon an error lies the first, which has the list's address and cannot be shown again.
      const isAnswer = dialog.querySelector("[data-typed]") !== null;
      if (!isAnswer && document.referrer === target && history.length > 1) history.back();
      else location.assign(target);
    };

    const changed = (control) => {
      if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
      return "defaultValue" in control && control.type !== "hidden" && control.value !== control.defaultValue;
    };
    const controls = [...dialog.querySelectorAll("input, textarea")];
    const isDirty = () => dialog.querySelector("[data-typed]") !== null || controls.some(changed);

    let before = null;
    let target = null;
    const keep = () => {
      question.hidden = true;
      before?.focus();
    };
    const ask = (where) => {
      target = where;
      if (question.hidden) before = document.activeElement;
      question.hidden = false;
      question.querySelector("button").focus();
    };
    // Escape and a click beside may be slips: they ask about anything, also about what came back with an
    // error. Cancel is meant, and asks nothing.
    const leaveOrAsk = () => {
      const where = new URL(dialog.dataset.cancel, location.href).href;
      if (!question.hidden) keep();
      else if (isDirty()) ask(where);
      else leave(where);
    };

    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      leaveOrAsk();
    });
    dialog.addEventListener("cancel", (event) => {
      if (event.target !== dialog) return;
      event.preventDefault();
      leaveOrAsk();
    });
    // A browser may insist on closing; what was typed is kept all the same.
    dialog.addEventListener("close", () => dialog.showModal());

    // After an error Back leads to the pop-up as it was opened: what was typed and sent comes back there, until
    // a page without a pop-up is shown. Not where the person was changed meanwhile: sent again, it would pass for
    // an edit of what stands there now.
    const typedInto = (form) => [...form.elements].filter((control) => "defaultValue" in control && !["hidden", "password"].includes(control.type));
    const editOf = (form) => JSON.stringify([...form.elements].filter(({ name }) => name.startsWith("original_")).map(({ value }) => value));
    dialog.addEventListener("submit", ({ target: form }) => {
      const typed = typedInto(form).map(({ name, value, checked }) => ({ name, value, checked }));
      if (typed.length > 0) sessionStorage.setItem(SENT, JSON.stringify({ to: form.action, of: editOf(form), typed }));
    });
    const sent = JSON.parse(sessionStorage.getItem(SENT) ?? "null");
    const cameBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    const again = sent && cameBack && !dialog.querySelector("[data-typed]") && [...dialog.querySelectorAll("form")].find((form) => form.action === sent.to && editOf(form) === sent.of);
    for (const control of again ? typedInto(again) : []) {
      const isChoice = control.type === "checkbox" || control.type === "radio";
      const was = sent.typed.find(({ name, value }) => name === control.name && (!isChoice || value === control.value));
      if (was) control[isChoice ? "checked" : "value"] = was[isChoice ? "checked" : "value"];
    }

    const isBeside = (event) => {
      const box = dialog.getBoundingClientRect();
      return event.target === dialog && (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom);
    };
    let pressedBeside = false;
    dialog.addEventListener("pointerdown", (event) => { pressedBeside = isBeside(event); });
    dialog.addEventListener("click", (event) => {
      const stays = event.ctrlKey || event.metaKey || event.shiftKey;
      const cancel = event.target.closest("a[data-cancel]");
      if (cancel && !stays) {
        event.preventDefault();
        leave(cancel.href);
        return;
      }
      // A link to another page asks about an edit; after an error the links are the ways on that it offers.
      const link = event.target.closest('a[href]:not([href^="#"], [target], [download], [href^="mailto:"], [href^="tel:"])');
      const isEdit = dialog.querySelector("[data-typed]") === null && controls.some(changed);
      if (link && isEdit && !stays) {
        event.preventDefault();
        ask(link.href);
      } else if (event.target.dataset?.discard === "yes") leave(target);
      else if (event.target.dataset?.discard === "no") keep();
      else if (pressedBeside && isBeside(event)) leaveOrAsk();
    });
  }
}
