// A signature, drawn or typed, as the picture that a file field would send. Loaded by the pages that use it and by no other.
//
//   <consentry-signature hidden data-file="id of the file field">   is shown where script runs
//     <canvas>                   is drawn on with a finger, a pen or a mouse
//     <input type="text">        for whoever cannot draw: the name is written onto the picture
//     <button type="button">     begins anew
//   <… data-without-script>      is hidden then; the file field in it is what is sent
//
// Nothing is stored, and nothing is loaded from elsewhere.

// Dark on white in every theme: it is a picture that somebody looks at later, elsewhere.
const INK = "#14213d";
const PAPER = "#ffffff";

customElements.define(
  "consentry-signature",
  class extends HTMLElement {
    connectedCallback() {
      const file = document.getElementById(this.dataset.file);
      const canvas = this.querySelector("canvas");
      const name = this.querySelector("input");
      const pen = canvas.getContext("2d");
      this.hidden = false;
      for (const part of this.parentElement.querySelectorAll("[data-without-script]")) part.hidden = true;
      // A field that nobody sees cannot say that it is needed.
      const isNeeded = file.required;
      file.required = false;

      const clear = () => {
        pen.fillStyle = PAPER;
        pen.fillRect(0, 0, canvas.width, canvas.height);
        pen.fillStyle = pen.strokeStyle = INK;
        pen.lineWidth = 4;
        pen.lineCap = pen.lineJoin = "round";
      };
      const keep = (isSigned) => {
        const files = new DataTransfer();
        if (isSigned) {
          const [, data] = canvas.toDataURL("image/png").split(",");
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          files.items.add(new File([bytes], "signature.png", { type: "image/png" }));
        }
        file.files = files.files;
        name.required = isNeeded && !isSigned;
      };
      const at = ({ offsetX, offsetY }) => [
        (offsetX * canvas.width) / canvas.clientWidth,
        (offsetY * canvas.height) / canvas.clientHeight,
      ];

      let isDrawing = false;
      canvas.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        if (name.value) {
          name.value = "";
          clear();
        }
        canvas.setPointerCapture(event.pointerId);
        isDrawing = true;
        pen.beginPath();
        pen.moveTo(...at(event));
        // A dot is a stroke too.
        pen.lineTo(...at(event));
        pen.stroke();
      });
      canvas.addEventListener("pointermove", (event) => {
        if (!isDrawing) return;
        const path = event.getCoalescedEvents?.() ?? [];
        for (const step of path.length ? path : [event]) pen.lineTo(...at(step));
        pen.stroke();
      });
      const lift = () => {
        if (isDrawing) keep(true);
        isDrawing = false;
      };
      canvas.addEventListener("pointerup", lift);
      canvas.addEventListener("pointercancel", lift);

      name.addEventListener("input", () => {
        clear();
        const text = name.value.trim();
        pen.textAlign = "center";
        pen.textBaseline = "middle";
        pen.direction = getComputedStyle(name).direction;
        let size = 72;
        do {
          pen.font = `italic ${size}px "Segoe Script", "Snell Roundhand", "Brush Script MT", cursive, serif`;
          size -= 4;
        } while (size > 12 && pen.measureText(text).width > canvas.width - 48);
        pen.fillText(text, canvas.width / 2, canvas.height / 2);
        keep(text !== "");
      });
      this.querySelector("button").addEventListener("click", () => {
        name.value = "";
        clear();
        keep(false);
      });
      clear();
      keep(false);
    }
  },
);
