import { LIGHTING } from './lighting.ts';

/** Eyeballs with a procedural iris. There is no tone in them, so a capture draws them as they are. */
export const EYE_SHADER = /* glsl */ `${LIGHTING}
uniform vec3 irisColour;
uniform float irisRadius;
uniform vec2 irisCentre0, irisCentre1; // in texture coordinates

float catchLight(vec3 reflected, vec3 direction, float radius, float blur) {
  return smoothstep(cos(radius + blur), cos(radius - blur), dot(reflected, normalize(direction)));
}

vec3 irisAlbedo(vec2 offset, float r, float pupil) {
  float angle = atan(offset.y, offset.x);
  float fibres = valueNoise(vec2(angle * 9., r * 2.));
  vec3 iris = irisColour * mix(.72, 1.45, smoothstep(.9, -.9, offset.y / irisRadius));
  iris *= .85 + .35 * (fibres - .5) * (1. - pupil);
  iris *= mix(1., 1.25, smoothstep(.75, .42, r));
  iris *= mix(1., .32, smoothstep(.74, 1., r)); // the dark ring
  return mix(iris, vec3(.006, .005, .005), pupil);
}

void main() {
  vec3 normal = normalize(vNormal), view = normalize(eyePoint - vPosition);
  float ao = vAo, lit = keyShadow(vPosition, normal);
  vec2 centre = distance(vUv, irisCentre0) < distance(vUv, irisCentre1) ? irisCentre0 : irisCentre1;
  vec2 offset = vUv - centre;
  float r = length(offset) / irisRadius, blur = fwidth(r) + .02;
  float iris = 1. - smoothstep(1. - blur, 1. + blur, r);
  float pupilRadius = mix(.36, .44, look), pupil = 1. - smoothstep(pupilRadius - blur, pupilRadius + blur, r);
  vec3 white = mix(vec3(.80, .775, .76), vec3(.86, .845, .83), look);
  white *= mix(vec3(1.), vec3(1., .93, .91), smoothstep(1.3, 2.1, r));
  vec3 albedo = mix(white, irisAlbedo(offset, r, pupil), iris);

  vec3 lidShadow = pow(vec3(mix(1., ao, .85)), vec3(.75, .95, 1.));
  vec3 lightOut = albedo * (keyColour * wrappedDiffuse(dot(normal, keyDirection), vec3(.7)) * mix(.45, 1., lit)
    + fillColour * wrappedDiffuse(dot(normal, fillDirection), vec3(.6))
    + ambient(normal)) * lidShadow * mix(1., 1.12, look);
  vec3 reflected = reflect(-view, normal);
  float key = catchLight(reflected, vec3(-.36, .40, .84), mix(.13, .19, look), .05);
  float fill = catchLight(reflected, vec3(.42, -.30, .86), mix(.06, .11, look), .05);
  if (captureMode != MODE_PLAIN_EYES) {
    float open = smoothstep(.06, .30, ao);
    lightOut += (key * mix(.9, 1.0, look) + fill * mix(.10, .32, look)) * vec3(1., .985, .96) * open;
  }
  lightOut += ambient(reflected) * .03 * ao;
  colour = vec4(lightOut, 1.);
  highlight = vec4(0.);
}`;
