/**
 * The fields of an information text or of a parameter list: split at commas outside quotes, blanks trimmed, the quotes
 * kept, since only they tell `"1"` from `1` (V.250 clause 5.4.2).
 */
export function splitFields(text: string): string[] {
  if (text.trim() === "") return [];
  return (text.match(/(?:"[^"]*"?|[^",])*(?:,|$)/g) ?? [])
    .slice(0, text.trimEnd().endsWith(",") ? undefined : -1)
    .map((field) => field.replace(/,$/, "").trim());
}

/** The fields of a whole line such as `+CMTI: "SM",3`. */
export function fieldsOf(line: string): string[] {
  const colon = line.indexOf(":");
  return colon < 0 ? [] : splitFields(line.slice(colon + 1));
}

export function unquote(field: string | undefined): string {
  return (field ?? "").replace(/^"(.*?)"?$/s, "$1");
}
