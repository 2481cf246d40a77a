/** Every exported picture says that it was generated: to people by a badge, to machines by XMP. */

/** IPTC's term for media made by a trained model (https://cv.iptc.org/newscodes/digitalsourcetype/). */
export const DIGITAL_SOURCE_TYPE = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

/** XMP packet for a picture; `rights` names whose work is in it (default: nobody's but ours). */
export function generatedXmp(rights?: string): string {
  const named =
    rights && `<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(rights)}</rdf:li></rdf:Alt></dc:rights>`;
  return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description rdf:about=""
      xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
      xmlns:xmp="http://ns.adobe.com/xap/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/">
      <Iptc4xmpExt:DigitalSourceType>${DIGITAL_SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>
      <xmp:CreatorTool>Timbre</xmp:CreatorTool>
      <dc:description>
        <rdf:Alt><rdf:li xml:lang="x-default">Generated avatar drawn from a voice, not a photo</rdf:li></rdf:Alt>
      </dc:description>${named ? `\n      ${named}` : ''}
    </rdf:Description>
  </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>`;
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** The badge for the picture's right lower corner as SVG, a ninth of `size` wide. Letters are paths: no font is needed. */
export function badgeSvg(size: number): { svg: string; left: number; top: number } {
  const width = Math.max(16, Math.round(size / 9));
  const height = Math.round(width * 0.62);
  const margin = Math.round(size / 40);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 50 31">
  <rect width="50" height="31" rx="9" fill="#10151c" fill-opacity=".62"/>
  <path d="M12 23.5 18.5 7.5 25 23.5M14.3 18.2H22.7M33.5 7.5V23.5" fill="none" stroke="#fff" stroke-width="3.2"
    stroke-linecap="round" stroke-linejoin="round"/>
</svg>`;
  return { svg, left: size - margin - width, top: size - margin - height };
}
