import { CAPTURE_MODE_DEFINES } from './capture-mode.ts';

/** Declarations and lighting that every part's fragment shader begins with. `look` is 0 natural .. 1 illustrated. */
export const LIGHTING = /* glsl */ `
precision highp float;
precision highp int;
${CAPTURE_MODE_DEFINES}
in vec3 vPosition;
in vec3 vNormal;
in vec2 vUv;
in float vAo;
in vec4 vMask;
in float vScalp;
in vec3 vRest;
layout(location = 0) out vec4 colour;    // portrait, or the diffuse ratio D; premultiplied
layout(location = 1) out vec4 highlight; // the highlight H; premultiplied

uniform int captureMode;
uniform float look;
uniform vec3 eyePoint;
uniform mat4 shadowMatrix;
uniform highp sampler2D shadowMap;
uniform float shadowSoftness;
uniform vec3 keyDirection, keyColour, fillDirection, fillColour;
uniform vec3 rimDirection, rimColour, rim2Direction, rim2Colour, skyColour, groundColour;

const vec3 LUMA = vec3(.3, .6, .1);

// Interleaved gradient noise (Jimenez 2014): turns the shadow's sample pattern from pixel to pixel.
float pixelNoise(vec2 p) {
  return fract(52.9829189 * fract(dot(p, vec2(.06711056, .00583715))));
}

float latticeHash(vec2 p) {
  p = fract(p * vec2(.1031, .1130));
  p += dot(p, p.yx + 33.33);
  return fract((p.x + p.y) * p.x * 97.3);
}

float valueNoise(vec2 p) {
  vec2 cell = floor(p), f = fract(p);
  f = f * f * (3. - 2. * f);
  float low = mix(latticeHash(cell), latticeHash(cell + vec2(1, 0)), f.x);
  float high = mix(latticeHash(cell + vec2(0, 1)), latticeHash(cell + vec2(1, 1)), f.x);
  return mix(low, high, f.y);
}

// Share of the key light that reaches a point, from a spiral of samples whose softness grows with their distance.
float keyShadow(vec3 point, vec3 normal) {
  if (dot(normal, keyDirection) < -.4) return 0.;
  vec4 projected = shadowMatrix * vec4(point + normal * .025, 1.);
  vec3 c = projected.xyz * .5 + .5;
  if (c.x < 0. || c.x > 1. || c.y < 0. || c.y > 1.) return 1.;
  float turn = pixelNoise(gl_FragCoord.xy) * 6.2831;
  float lit = 0.;
  const int SAMPLES = 6;
  for (int i = 0; i < SAMPLES; i++) {
    float t = (float(i) + .5) / float(SAMPLES);
    float angle = turn + float(i) * 2.39996;
    vec2 offset = vec2(cos(angle), sin(angle)) * sqrt(t) * shadowSoftness;
    float depth = texture(shadowMap, c.xy + offset).r;
    lit += smoothstep(-.004, .0005, depth - (c.z - .0022 - .6 * length(offset)));
  }
  return lit / float(SAMPLES);
}

// Wrapped diffuse light per colour channel: red goes farther round than blue in skin.
vec3 wrappedDiffuse(float nDotL, vec3 wrap) {
  vec3 x = clamp((vec3(nDotL) + wrap) / (1. + wrap), 0., 1.);
  return pow(x, 1. + wrap * .6);
}

// GGX highlight with Schlick's Fresnel and a Smith-like visibility term.
float specular(vec3 normal, vec3 view, vec3 light, float roughness, float f0) {
  float nDotL = max(dot(normal, light), 0.);
  if (nDotL <= 0.) return 0.;
  vec3 halfway = normalize(view + light);
  float a = roughness * roughness;
  float nDotV = max(dot(normal, view), .05);
  float nDotH = max(dot(normal, halfway), 0.);
  float k = a * .5;
  float d = nDotH * nDotH * (a * a - 1.) + 1.;
  float fresnel = f0 + (1. - f0) * pow(1. - max(dot(view, halfway), 0.), 5.);
  float visibility = .25 / ((nDotL * (1. - k) + k) * (nDotV * (1. - k) + k));
  return min(a * a / (3.14159 * d * d) * visibility * fresnel * nDotL, 4.);
}

vec3 ambient(vec3 normal) {
  return mix(groundColour, skyColour, smoothstep(0., 1., normal.y * .5 + .5));
}

// Occlusion with the colour of light that bounces off the surface (Jimenez et al. 2016).
vec3 bouncedOcclusion(float ao, vec3 albedo) {
  vec3 a = 2.0404 * albedo - .3324, b = -4.7951 * albedo + .6417, c = 2.7552 * albedo + .6903;
  return max(vec3(ao), ((ao * a + b) * ao + c) * ao);
}

float rimStrength(vec3 normal, vec3 view, vec3 light) {
  return pow(1. - max(dot(normal, view), 0.), 2.5) * smoothstep(-.15, .7, dot(normal, light));
}

vec3 rimLight(vec3 normal, vec3 view) {
  return rimColour * rimStrength(normal, view, rimDirection) + rim2Colour * rimStrength(normal, view, rim2Direction);
}
`;
