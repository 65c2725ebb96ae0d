// The bank's side of the frame (consent-dashboard A10): high enough for what is in it, so that only one thing scrolls. It grows
// and does not shrink again, so that nothing moves under a finger. Without this module it keeps its height and scrolls.

const frame = document.querySelector("iframe[data-origin]");

addEventListener("message", ({ source, origin, data }) => {
  if (source !== frame?.contentWindow || origin !== frame.dataset.origin || data?.source !== "consentry") return;
  const height = Math.ceil(data.height) + 2;
  if (height > frame.getBoundingClientRect().height) frame.style.blockSize = `${height}px`;
});
