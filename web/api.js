// Requests to the server, and addresses within the page.

/** A problem that the server has told in words; `status` 409 comes with the article as it stands. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.error ?? `HTTP ${status}`);
    this.status = status;
    this.article = body.article;
  }
}

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(response.status, body);
  return body;
}

/** The parameters that say something, as a query string with its question mark, or nothing. */
export function query(params) {
  const said = Object.entries(params).filter(([, value]) => value !== "" && value != null && value !== false);
  return said.length ? `?${new URLSearchParams(said)}` : "";
}

export const get = async (name, params = {}) => answer(await fetch(`/api/${name}${query(params)}`));

export const act = async (doc, version, deed) =>
  answer(
    await fetch("/api/act", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ doc, version, act: deed }),
    }),
  );

export const searchPath = (params) => `/search${query(params)}`;
export const readPath = (doc, bead) => `/read/${encodeURIComponent(doc)}${query({ bead })}`;
export const exportPath = (params) => `/api/export${query(params)}`;
export const articlePath = (doc, format) => `/api/export-article${query({ doc, format })}`;

/** The filters of a search, as they stand in the page's address. */
export const FILTERS = ["q", "dates", "page", "section", "kind", "min", "max", "finding"];
export const filtersOf = (params) => Object.fromEntries(FILTERS.map((name) => [name, params.get(name) ?? ""]));
