/** Line icons on a 24 x 24 grid, drawn for this page. */
const PATHS = {
  microphone: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4',
  'microphone-off':
    'M15 9V6a3 3 0 0 0-5.8-1M9 9v2a3 3 0 0 0 4.6 2.5M6 11a6 6 0 0 0 9.5 4.9M18 11a6 6 0 0 1-.6 2.6M12 17v4M4 4l16 16',
  camera: 'M5 7h8a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2zM15 11l6-3.2v8.4L15 13z',
  'camera-off':
    'M9.5 7H13a2 2 0 0 1 2 2v3.5M14.6 16.2A2 2 0 0 1 13 17H5a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2h.5M15 11l6-3.2v8.4L17.5 14.5M4 4l16 16',
  face: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM9 9.2v.8M15 9.2v.8M8 14v1M10.7 13.6v2.8M13.3 13v4M16 14v1',
  initials: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM8.6 15.5 12 8l3.4 7.5M9.8 13h4.4',
  off: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM6 6l12 12',
  style: 'M12 4v3M12 17v3M4 12h3M17 12h3M6.5 6.5l2 2M15.5 15.5l2 2M17.5 6.5l-2 2M8.5 15.5l-2 2',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1',
  leave: 'M14 4H7a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h7M11 12h9M17 8.5 20.5 12 17 15.5',
  warning: 'M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.2',
} as const;

export type IconName = keyof typeof PATHS;

const SVG = 'http://www.w3.org/2000/svg';

/** An icon in the text's colour, invisible to screen readers: the label beside it speaks. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** The mark of the product: a face whose mouth is a waveform. */
export function mark(): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 32 32');
  svg.setAttribute('class', 'mark');
  svg.setAttribute('aria-hidden', 'true');
  const plate = document.createElementNS(SVG, 'rect');
  for (const [name, value] of [
    ['width', '32'],
    ['height', '32'],
    ['rx', '9'],
  ] as const)
    plate.setAttribute(name, value);
  const lines = document.createElementNS(SVG, 'path');
  lines.setAttribute('d', 'M11 10.5v2M21 10.5v2M8 18v1.5M12 17.5v5M16 17v8M20 17.5v5M24 18v1.5');
  svg.append(plate, lines);
  return svg;
}
