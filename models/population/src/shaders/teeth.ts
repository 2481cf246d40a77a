import { LIGHTING } from './lighting.ts';

/** Teeth, gums and tongue: darker the deeper in the mouth. */
export const TEETH_SHADER = /* glsl */ `${LIGHTING}
uniform sampler2D mouthTexture;
uniform vec3 tint;
uniform float teethDepth; // z of the foremost upper tooth
uniform float brightness;

void main() {
  vec3 normal = normalize(vNormal), view = normalize(eyePoint - vPosition);
  vec3 painted = pow(texture(mouthTexture, vUv).rgb, vec3(2.2));
  vec3 plain = vec3(dot(painted, vec3(.33))) * vec3(1.03, 1., .95);
  painted = mix(painted, plain, .5 * look * step(.9, brightness));
  vec3 albedo = painted * tint;
  float lit = keyShadow(vPosition, normal);
  float deep = smoothstep(mix(-.75, -1., look), mix(-.02, -.15, look), vPosition.z - teethDepth);
  float ao = mix(mix(.34, .60, look), 1., vAo) * deep * brightness;
  vec3 wrap = vec3(.6, .5, .45);
  vec3 lightOut = albedo * ao * (keyColour * wrappedDiffuse(dot(normal, keyDirection), wrap) * mix(.42, 1., lit)
    + fillColour * wrappedDiffuse(dot(normal, fillDirection), wrap)
    + ambient(normal));
  lightOut += keyColour * specular(normal, view, keyDirection, .35, .04) * ao * lit * .4;
  colour = vec4(lightOut, 1.);
  highlight = vec4(0.);
}`;
