/**
 * Texts of results (recipes) in files that are no PNG: an XMP packet (XMP specification, part 1). A text's key is the
 * name of its element.
 */

const namespace = 'https://github.com/semia-webgpu/semia-webgpu/ns/1.0/';
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;' } as const;
const characters = Object.fromEntries(Object.entries(entities).map(([c, e]) => [e, c]));

/** The packet with these texts. Keys: names of XML elements without a colon. */
export function xmpOf(texts: Record<string, string>): string {
  const elements = Object.entries(texts).map(([key, text]) => {
    if (!/^[A-Za-z][\w-]*$/.test(key)) throw new Error(`xmpOf: ${JSON.stringify(key)} cannot be an element's name`);
    return `<semia:${key}>${text.replace(/[&<>]/g, (c) => entities[c as '&'])}</semia:${key}>`;
  });
  return (
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">' +
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    `<rdf:Description rdf:about="" xmlns:semia="${namespace}">${elements.join('')}</rdf:Description>` +
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
  );
}

/** The texts in a packet of `xmpOf`; none in a packet of another program. */
export const textsOfXmp = (packet: string): Record<string, string> =>
  Object.fromEntries(
    [...packet.matchAll(/<semia:([\w-]+)>([^<]*)<\/semia:\1>/g)].map(([, key, text]) => [
      key,
      text.replace(/&(amp|lt|gt);/g, (e) => characters[e]),
    ]),
  );
