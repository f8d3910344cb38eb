// Renders the OpenAPI document of this service. All text is inserted as text, never as HTML.

/** The deepest level of nested schemas that is rendered. */
const MAX_DEPTH = 8;

const METHODS = ["get", "post", "put", "delete"];

/** Creates an element with properties and children. */
function element(name, properties = {}, ...children) {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...children.filter((child) => child !== undefined && child !== ""));
  return created;
}

/** Returns the paragraphs of a description, in which backquotes mark code. */
function paragraphs(text = "") {
  const blocks = text.split(/\n\s*\n/).filter((block) => block.trim() !== "");
  return blocks.map((block) => element("p", {}, ...inline(block)));
}

/** Returns text in which backquotes mark code. */
function inline(text = "") {
  return text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

class Page {
  constructor(api) {
    this.api = api;
  }

  render() {
    document.title = `${this.api.info.title} ${this.api.info.version}`;
    document.querySelector("#title").textContent = document.title;
    document.querySelector("#description").replaceChildren(...inline(this.api.info.description));
    const contents = document.querySelector("#contents");
    const main = document.querySelector("#operations");
    main.replaceChildren();
    for (const [path, item] of Object.entries(this.api.paths)) {
      for (const method of METHODS.filter((name) => item[name])) {
        const operation = item[method];
        const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
        main.append(this.operation(path, method, operation, parameters));
        contents.append(this.entry(path, method, operation));
      }
    }
  }

  entry(path, method, operation) {
    const label = [element("span", { className: "method" }, method), " ", element("code", {}, path)];
    const link = element("a", { href: `#${operation.operationId}` }, ...label);
    return element("li", {}, link, " ", element("span", { className: "faint" }, ...inline(operation.summary)));
  }

  operation(path, method, operation, parameters) {
    const title = [element("span", { className: "method" }, method), " ", element("code", {}, path)];
    const section = element("section", { id: operation.operationId }, element("h2", {}, ...title));
    section.append(...paragraphs(operation.summary), ...paragraphs(operation.description));
    if (operation.security?.length) {
      section.append(element("p", { className: "faint" }, "Needs an API key or a token: ", element("code", {}, "Authorization: Bearer …")));
    }
    if (parameters.length) {
      section.append(element("h3", {}, "Parameters"), this.parameters(parameters));
    }
    const body = operation.requestBody;
    if (body) {
      section.append(element("h3", {}, body.required ? "Body" : "Body (optional)"), ...this.content(body.content));
    }
    section.append(element("h3", {}, "Responses"));
    for (const [status, response] of Object.entries(operation.responses)) {
      const summary = element("summary", {}, element("code", {}, status), " ", ...inline(response.description));
      section.append(element("details", {}, summary, ...this.headers(response.headers), ...this.content(response.content)));
    }
    return section;
  }

  parameters(parameters) {
    const list = element("dl");
    for (const parameter of parameters) {
      const required = parameter.required ? "" : ", optional";
      const kind = element("span", { className: "faint" }, ` in ${parameter.in}${required}, ${this.kind(parameter.schema)}`);
      list.append(element("dt", {}, element("code", {}, parameter.name), kind));
      list.append(element("dd", {}, ...inline(parameter.description ?? "")));
    }
    return list;
  }

  headers(headers = {}) {
    return Object.entries(headers).map(([name, header]) =>
      element("p", {}, "Header ", element("code", {}, name), ": ", ...inline(header.description)),
    );
  }

  content(content = {}) {
    return Object.entries(content).flatMap(([type, { schema }]) => [
      element("p", { className: "faint" }, element("code", {}, type)),
      schema ? this.schema(schema, 0) : undefined,
    ]).filter((child) => child !== undefined);
  }

  /** Returns the schema that a reference points to, with its name. */
  resolve(schema) {
    if (!schema?.$ref) {
      return { schema: schema ?? {} };
    }
    const path = schema.$ref.replace(/^#\//, "").split("/");
    return { name: path.at(-1), schema: path.reduce((value, key) => value?.[key], this.api) ?? {} };
  }

  /** Returns the kind of a value in a few words. */
  kind(reference) {
    const { name, schema } = this.resolve(reference);
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices) {
      return name ?? choices.map((choice) => this.kind(choice)).join(" or ");
    }
    if (schema.enum) {
      return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    }
    if (schema.type === "array") {
      return `list of ${this.kind(schema.items)}`;
    }
    const types = [schema.type ?? "any value"].flat().join(" or ");
    return name ?? (schema.format ? `${types} (${schema.format})` : types);
  }

  /** Returns the fields of a schema, with nested objects folded. */
  schema(reference, depth) {
    const { name, schema } = this.resolve(reference);
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices && depth < MAX_DEPTH) {
      const alternatives = choices.map((choice) => element("li", {}, this.schema(choice, depth + 1)));
      return element("details", { open: depth < 1 }, element("summary", {}, name ?? "One of"), element("ul", {}, ...alternatives));
    }
    if (schema.type === "array" && depth < MAX_DEPTH && schema.items) {
      return element("div", {}, element("p", { className: "faint" }, "A list of"), this.schema(schema.items, depth + 1));
    }
    if (!schema.properties || depth >= MAX_DEPTH) {
      return element("p", {}, this.kind(reference), schema.description ? ": " : "", ...inline(schema.description ?? ""));
    }
    const fields = element("dl");
    for (const [field, value] of Object.entries(schema.properties)) {
      fields.append(...this.field(field, value, schema.required?.includes(field), depth));
    }
    const summary = element("summary", {}, name ?? "Fields", " ", element("span", { className: "faint" }, ...inline(schema.description ?? "")));
    return element("details", { open: depth < 1 }, summary, fields);
  }

  field(name, reference, isRequired, depth) {
    const { schema } = this.resolve(reference);
    const kind = `${isRequired ? "" : " optional,"} ${this.kind(reference)}`;
    const term = element("dt", {}, element("code", {}, name), element("span", { className: "faint" }, kind));
    const text = reference.description ?? schema.description ?? "";
    const definition = element("dd", {}, ...inline(text));
    if (this.isNested(schema) && depth < MAX_DEPTH) {
      definition.append(this.schema(reference, depth + 1));
    }
    return [term, definition];
  }

  /** Returns true if a schema has fields of its own. */
  isNested(schema) {
    const items = schema.items ? this.resolve(schema.items).schema : {};
    const choices = schema.oneOf ?? schema.anyOf ?? [];
    return Boolean(schema.properties || items.properties || choices.some((choice) => this.isNested(this.resolve(choice).schema)));
  }
}

async function start() {
  const response = await fetch("/openapi.json");
  if (!response.ok) {
    throw new Error(`/openapi.json: ${response.status} ${response.statusText}`);
  }
  new Page(await response.json()).render();
  // The target of the address did not exist while the page was loading.
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

start().catch((error) => {
  document.querySelector("#state").textContent = `The document cannot be loaded: ${error.message}. Reload the page to repeat.`;
});
