/** Dialogs whose text the server makes: the guideline and the whole article. */

export class Dialogs {
  #part;
  #notLoaded;
  #fetched = new Map();
  /** Dialog -> its latest opening: on a slow network one is closed and opened for another text before the first came. */
  #latest = new Map();

  constructor(part, notLoaded) {
    this.#part = part;
    this.#notLoaded = notLoaded;
  }

  get open() {
    return Boolean(document.querySelector("dialog[open]"));
  }

  /** True once the text is there. */
  async guideline(url) {
    return this.#show("guideline", url);
  }

  /** Opens at the sentence. */
  async article(url) {
    if (await this.#show("article", url)) this.#part["article-body"].querySelector("#here")?.scrollIntoView({ block: "center" });
  }

  help() {
    this.#part["help-dialog"].showModal();
  }

  /** True once the text is there; false if it could not be fetched, or another is wanted by then. */
  async #show(name, url) {
    const body = this.#part[`${name}-body`];
    const opening = Symbol(url);
    this.#latest.set(name, opening);
    this.#part[`${name}-dialog`].showModal();
    if (body.dataset.url !== url) {
      body.replaceChildren();
      delete body.dataset.url;
    }
    try {
      if (!this.#fetched.has(url)) this.#fetched.set(url, await fragment(url));
    } catch {
      if (this.#latest.get(name) !== opening) return false;
      body.textContent = this.#notLoaded;
      return false;
    }
    if (this.#latest.get(name) !== opening) return false;
    if (body.dataset.url === url) return true;
    body.innerHTML = this.#fetched.get(url);
    body.dataset.url = url;
    body.scrollTop = 0;
    return true;
  }
}

async function fragment(url) {
  const response = await fetch(url, { credentials: "same-origin" });
  // A redirect leads to the sign-in page: not what was asked for.
  if (!response.ok || response.redirected) throw new Error(String(response.status));
  return response.text();
}
