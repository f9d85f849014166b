{
  // A change of Show acts at once.
  for (const control of document.querySelectorAll("[data-submit-on-change]")) {
    control.addEventListener("change", () => control.form.requestSubmit());
  }

  // One press sends once. The server holds this too; here it spares the second answer.
  const SENDING_MILLISECONDS = 8000;
  const release = (form) => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll('button:not([type="button"])')) button.setAttribute("aria-disabled", "true");
    setTimeout(() => release(form), SENDING_MILLISECONDS);
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
  });

  // The error summary leads into the field, not only near it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('.error-summary a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });

  // Two edits of the same field: take the other one's value.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-take]");
    const field = button && document.getElementById(button.dataset.for);
    if (!field) return;
    field.value = button.dataset.take;
    field.focus();
  });
}
