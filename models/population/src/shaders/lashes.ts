import { LIGHTING } from './lighting.ts';

/** Eyelashes: a textured card, blurred in the illustrated look. */
export const LASH_SHADER = /* glsl */ `${LIGHTING}
uniform sampler2D lashTexture;
uniform vec3 tint;
uniform float gain, mipBias;

void main() {
  float alpha = clamp(texture(lashTexture, vUv, mipBias).a * gain, 0., 1.);
  alpha = mix(alpha, smoothstep(.10, .62, alpha), look) * vAo;
  if (alpha < .01) discard;
  vec3 normal = normalize(vNormal);
  if (normal.z < 0.) normal = -normal;
  float lit = keyShadow(vPosition, normal);
  float facing = clamp(dot(normal, keyDirection) * .5 + .5, 0., 1.);
  vec3 lightOut = tint * (keyColour * facing * mix(.55, 1., lit) + fillColour * .6 + ambient(normal));
  colour = vec4(lightOut * alpha, alpha);
  highlight = vec4(0.);
}`;
