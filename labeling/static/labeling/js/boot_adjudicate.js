import { start } from "./adjudicate.js";

start(document.querySelector("[data-adjudicate]"));
