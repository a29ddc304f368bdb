/** Work that may wait until the next sentence is on the screen; and how long that took since the key went down. */

const NAME = "answer-to-paint";
const KEPT = 1000;
let measured = 0;

/** Call `work` after the next frame is painted; in a hidden tab, where no frame comes, soon. */
export function afterPaint(work) {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    work();
  };
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = once;
    channel.port2.postMessage(null);
  });
  setTimeout(once, 250);
}

/** Leave a performance measure named "answer-to-paint" from `begun` (an event's timeStamp) until now. */
export function measureSince(begun) {
  measured += 1;
  if (measured % KEPT === 0) performance.clearMeasures(NAME);
  performance.measure(NAME, { start: begun, end: performance.now() });
}
