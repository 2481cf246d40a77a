import { LIGHTING } from './lighting.ts';

/** Garments: one colour under the garment's baked folds. */
export const CLOTH_SHADER = /* glsl */ `${LIGHTING}
uniform sampler2D foldTexture;
uniform vec3 clothColour;

void main() {
  vec3 normal = normalize(vNormal), view = normalize(eyePoint - vPosition);
  if (!gl_FrontFacing) normal = -normal;
  float folds = mix(1., texture(foldTexture, vUv).r, mix(.85, .6, look));
  float lit = keyShadow(vPosition, normal), ao = vAo;
  vec3 wrap = vec3(.3);
  vec3 diffuse = clothColour * folds * (
    keyColour * wrappedDiffuse(dot(normal, keyDirection), wrap) * mix(.15, 1., lit) * mix(1., ao, .3)
    + fillColour * wrappedDiffuse(dot(normal, fillDirection), wrap) * ao
    + ambient(normal) * ao);
  vec3 fuzz = .25 * ambient(normal) * pow(1. - max(dot(normal, view), 0.), 3.);
  vec3 rim = ao * (rimLight(normal, view) + fuzz);

  if (captureMode == MODE_PORTRAIT) {
    colour = vec4(diffuse + (clothColour * .6 + .03) * rim, 1.);
    highlight = vec4(0.);
  } else {
    colour = vec4(diffuse / clothColour + .6 * rim, 1.);
    highlight = vec4(.03 * rim, 1.);
  }
}`;
