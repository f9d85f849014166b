// A message that is there from the start is not read aloud; one that appears is. So it appears, unless it
// has the focus and is read for that.
for (const message of document.querySelectorAll('[role="status"][data-announce]')) {
  if (message === document.activeElement) continue;
  message.setAttribute("aria-hidden", "true");
  setTimeout(() => message.removeAttribute("aria-hidden"), 150);
}
