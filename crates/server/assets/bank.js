// The bank's side of the frame (consent-dashboard A10): as high as what is in it, so that only one thing scrolls.
// Without this module the frame keeps its height and scrolls by itself.

const frame = document.querySelector("iframe[data-origin]");

addEventListener("message", ({ source, origin, data }) => {
  if (source !== frame?.contentWindow || origin !== frame.dataset.origin || data?.source !== "consentry") return;
  if (Number.isFinite(data.height)) frame.style.blockSize = `${Math.ceil(data.height) + 2}px`;
});
