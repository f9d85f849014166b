// A message that is there from the start is not read aloud; one that appears is. So it appears.
for (const message of document.querySelectorAll('[role="status"][data-announce]')) {
  message.setAttribute("aria-hidden", "true");
  setTimeout(() => message.removeAttribute("aria-hidden"), 150);
}
