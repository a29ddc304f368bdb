import { start } from "./annotate.js";

start(document.querySelector("[data-annotate]"));
