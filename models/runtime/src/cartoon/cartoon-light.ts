/**
 * Light on the cartoon's parts. The library lays white over them with `mix-blend-mode: overlay`, which would keep dark
 * colours dark; but it does so inside masked groups, a mask isolates a group (CSS Compositing and Blending 1, section
 * 2.2), and so the white becomes a grey veil: dark skin and dark hair look ashen. Here skin is lit in its own hue and
 * everything else faintly.
 */
import { hexColour, linearColour } from '../colour.ts';

/** Whatever is laid over the part below it in another way than plainly. */
const BLENDED = /<[^>]*mix-blend-mode:(?:overlay|lighten)[^>]*>/g;
const WHITE = 'fill="#fff"';
const STYLE = / style="mix-blend-mode:\w+"/;
const OPACITY = / opacity="[.\d]+"/;
/** Of white light: only the face is lit this strongly. */
const FACE_OPACITY = ' opacity=".36"';

/** How much lighter a lit face is than the skin's own colour, and how much more the darkest is: eyes must stand out. */
const GAIN = 1.2;
const DARK_GAIN = 2.3;
const DARK_FALL = 20;
const OTHER_OPACITY = 0.1;

/** `body` as the library draws it; `skinColour` is `#rrggbb`. */
export function relit(body: string, skinColour: string): string {
  return body.replaceAll(BLENDED, (light) => {
    if (!light.includes(WHITE)) return light;
    const plain = light.replace(STYLE, '');
    if (light.includes(FACE_OPACITY)) return plain.replace(OPACITY, '').replace(WHITE, `fill="${litSkin(skinColour)}"`);
    return plain.replace(OPACITY, '').replace(WHITE, `${WHITE} opacity="${OTHER_OPACITY}"`);
  });
}

/** `#rrggbb` of the face; ears and neck keep the skin's own colour. */
export function litSkin(skinColour: string): string {
  const [red, green, blue] = linearColour(skinColour);
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const gain = GAIN + DARK_GAIN * (1 - luminance) ** DARK_FALL;
  // One gain for all channels keeps the hue; it falls off towards white, lest light skin clip.
  const lit = (light: number) => 1 - (1 - light) ** gain;
  return hexColour([lit(red), lit(green), lit(blue)]);
}
