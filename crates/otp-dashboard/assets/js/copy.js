// Copy: shows the buttons that copy a text, and copies it. Without it, the text is selected by hand.

/// Shows the buttons below an element. Each names the element whose text it copies, and the words for "copied".
export const offerCopies = (root) => {
  if (!navigator.clipboard) {
    return;
  }
  for (const button of root.querySelectorAll("[data-copy][hidden]")) {
    button.hidden = false;
    const words = button.querySelector("[role=status]");
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy)?.textContent ?? "";
      await navigator.clipboard.writeText(text);
      words.textContent = button.dataset.copied;
    });
  }
};
