import { LIGHTING } from './lighting.ts';

const UNIFORMS = /* glsl */ `
uniform sampler2D headTexture, atlasTexture, headTexture2, atlasTexture2, maskTexture;
uniform vec4 headCrop;      // part of the atlas that the head texture covers: u0, v0, u1, v1
uniform vec3 textureTone, textureTone2; // median colours of the textures, divided out
uniform float textureMix;   // how much of the second texture
uniform vec3 tone, scalpColour, lipColour, stubbleColour, browColour;
uniform vec4 brow;          // half thickness, arch, tilt, length
uniform float browOpacity, exposureLift, detail, lines, stubble, scalpStrength, lipStrength, blush, freckles, bump, gloss;
`;

/** Colour of the skin before light, with the paint on it. */
const ALBEDO = /* glsl */ `
struct Skin {
  vec3 albedo;
  float lip;
  float bald;      // 1 on the scalp
  float fine;      // fine detail: pores, lines; about 1
  float beard;     // strength of the painted stubble
  vec2 browPaint;  // coverage, brightness
};

// A skin texture with its tone divided out: as it is, and without its fine detail.
void skinRatio(sampler2D head, sampler2D atlas, vec3 median, vec2 headUv, bool onHead, out vec3 sharp, out vec3 broad) {
  sharp = pow(onHead ? texture(head, headUv).rgb : texture(atlas, vUv).rgb, vec3(2.2)) / median;
  broad = onHead ? pow(texture(head, headUv, 3.2).rgb, vec3(2.2)) / median : sharp;
}
float fineDetail(vec3 sharp, vec3 broad) {
  return clamp(dot(sharp / max(broad, vec3(.05)), LUMA), .4, 1.6);
}

// Coverages that have a fine noise of their own.
float scalpCoverage() {
  return clamp(vScalp * scalpStrength * (.75 + .25 * valueNoise(vUv * 700.)), 0., .95);
}
float stubbleCoverage(float beard) {
  return clamp(beard * mix(.55 + .45 * valueNoise(vUv * 1200.), .85 + .15 * valueNoise(vUv * 900.), look), 0., .9);
}

// An analytic brow stroke in coordinates of the rest head, so it moves with every expression.
vec2 browStroke() {
  float x = abs(vRest.x), along = (x - .085) / brow.w;
  bool near = along > -.1 && along < 1.05 && vRest.z > .8 && vRest.y > 7.2 && vRest.y < 7.7;
  if (browOpacity <= 0. || !near) return vec2(0., 1.);
  float u = clamp(along, 0., 1.);
  float arch = brow.y * (1. - pow(abs(u - .62) / .62, 2.));
  float middle = 7.410 + arch + brow.z * (u - .3) - .028 * smoothstep(.62, 1.05, u);
  float taper = (.66 + .7 * u - .3 * u * u) * (1. - smoothstep(.55, 1.02, u) * .88) * smoothstep(-.10, .14, along);
  float away = abs(vRest.y - middle) / max(brow.x * taper, .004);
  float hairs = valueNoise(vec2(x * 70. - vRest.y * mix(120., 40., u), vRest.y * 22. + x * 16.));
  float soft = mix(.55, .30, look);
  float stroke = 1. - smoothstep(1. - soft, 1. + soft * .6, away + (hairs - .5) * mix(.9, .35, look));
  stroke *= smoothstep(-.08, .22, along) * (1. - .5 * smoothstep(.8, 1.03, along));
  float coverage = clamp(stroke * browOpacity * mix(.80 + .35 * hairs, .95, look), 0., .97);
  return vec2(coverage, .8 + .4 * hairs);
}

Skin paintedSkin() {
  Skin s;
  vec2 headUv = (vUv - headCrop.xy) / (headCrop.zw - headCrop.xy);
  bool onHead = headUv.x > .002 && headUv.x < .998 && headUv.y > .002 && headUv.y < .998;
  vec3 sharp, broad;
  skinRatio(headTexture, atlasTexture, textureTone, headUv, onHead, sharp, broad);
  s.fine = fineDetail(sharp, broad);
  if (textureMix > 0.) {
    vec3 sharp2, broad2;
    skinRatio(headTexture2, atlasTexture2, textureTone2, headUv, onHead, sharp2, broad2);
    // Pores of two skins are unlike each other, so a mean of both would be too smooth.
    float roughness = inversesqrt(textureMix * textureMix + (1. - textureMix) * (1. - textureMix));
    s.fine = pow(s.fine, (1. - textureMix) * roughness) * pow(fineDetail(sharp2, broad2), textureMix * roughness);
    sharp = mix(sharp, sharp2, textureMix);
    broad = mix(broad, broad2, textureMix);
  }
  vec2 masks = onHead ? texture(maskTexture, headUv).rg : vec2(0.);
  s.lip = smoothstep(.25, .75, masks.y) * step(.5, vMask.w + .5);
  s.bald = max(masks.x, onHead ? smoothstep(0., .28, texture(maskTexture, headUv, 5.6).r) : 0.);

  vec3 ratio = broad;
  ratio = mix(vec3(dot(ratio, LUMA)), ratio, .85);
  ratio = mix(ratio, vec3(1.), s.bald * .9);
  float fineStrength = detail * mix(1., lines, look) * (1. - s.bald);
  ratio = pow(max(ratio, vec3(.05)), vec3(mix(.85, .55, look))) * pow(s.fine, fineStrength);

  vec3 albedo = tone * ratio;
  albedo = mix(albedo, albedo * vec3(1.05, .86, .82), vMask.z * .5);
  albedo = mix(albedo, albedo * vec3(1.08, .76, .72), vMask.y * blush);
  vec3 lip = lipColour * clamp(mix(1., dot(sharp, LUMA) * 1.5, .35), .75, 1.15);
  albedo = mix(albedo, lip, s.lip * lipStrength);
  if (freckles > 0.) {
    float spots = smoothstep(.62, .76, valueNoise(vUv * 620.)) * smoothstep(.3, .7, valueNoise(vUv * 120.));
    spots *= smoothstep(.1, .6, vMask.y + vMask.z * .4);
    albedo *= mix(vec3(1.), vec3(.78, .64, .54), spots * freckles);
  }
  if (vScalp * scalpStrength > 0.) albedo = mix(albedo, mix(albedo * .45, scalpColour * .8, .6), scalpCoverage());
  s.beard = vMask.x * stubble * (1. - s.lip);
  if (s.beard > 0.) {
    vec3 shadow = mix(albedo * vec3(.60, .62, .66), stubbleColour * .8, .30 + .3 * s.beard);
    albedo = mix(albedo, shadow, stubbleCoverage(s.beard));
  }
  s.browPaint = browStroke();
  if (captureMode == MODE_PORTRAIT) albedo = mix(albedo, browColour * s.browPaint.y, s.browPaint.x);
  s.albedo = albedo;
  return s;
}
`;

export const SKIN_SHADER = /* glsl */ `${LIGHTING}${UNIFORMS}${ALBEDO}
// Normal bent by the fine detail, from screen-space derivatives (Mikkelsen 2010).
vec3 bumpedNormal(vec3 normal, float height, float strength) {
  vec3 dpx = dFdx(vPosition), dpy = dFdy(vPosition);
  vec3 r1 = cross(dpy, normal), r2 = cross(normal, dpx);
  float det = dot(dpx, r1);
  vec3 gradient = (r1 * dFdx(height) + r2 * dFdy(height)) * sign(det);
  vec3 bent = normalize(abs(det) * normal - gradient * strength);
  return normalize(mix(normal, bent, .8));
}

void main() {
  if (vMask.w < (captureMode == MODE_SCALP_PAINT ? .98 : .02)) discard;
  Skin s = paintedSkin();
  float coverage = 1.;
  if (captureMode == MODE_SCALP_PAINT) { coverage = scalpCoverage() * .8; s.albedo = vec3(.8); }
  if (captureMode == MODE_BROW_PAINT) { coverage = s.browPaint.x; s.albedo = vec3(s.browPaint.y); }
  if (captureMode == MODE_STUBBLE_PAINT) { coverage = stubbleCoverage(s.beard); s.albedo = vec3(1.); }

  vec3 smoothNormal = normalize(vNormal);
  if (!gl_FrontFacing) smoothNormal = -smoothNormal;
  vec3 view = normalize(eyePoint - vPosition);
  float bumpStrength = bump * (1. - s.bald) * (1. - .6 * look) * clamp(s.fine * 2., 0., 1.);
  vec3 normal = bumpedNormal(smoothNormal, s.fine, bumpStrength);
  vec3 diffuseNormal = normalize(mix(normal, smoothNormal, .5));

  float ao = mix(vAo, sqrt(vAo), .35 + .25 * look);
  float lit = keyShadow(vPosition, smoothNormal);
  // Light leaks redder into the edge of a shadow.
  vec3 shadowTint = pow(vec3(max(lit, .0001)), mix(vec3(.62, 1.05, 1.2), vec3(.45, .85, .95), look));
  shadowTint = mix(shadowTint, vec3(1.), .22 * look);
  vec3 wrap = mix(vec3(.46, .24, .16), vec3(.62, .38, .30), look);
  vec3 diffuse = keyColour * wrappedDiffuse(dot(diffuseNormal, keyDirection), wrap) * shadowTint
    + fillColour * wrappedDiffuse(dot(diffuseNormal, fillDirection), wrap + .25) * mix(1., ao, .6);
  vec3 bounced = pow(bouncedOcclusion(ao, clamp(s.albedo * 1.15, 0., .9)), vec3(.80, 1., 1.05));
  vec3 irradiance = diffuse * mix(vec3(1.), bounced, .4) + ambient(diffuseNormal) * bounced;
  vec3 rim = rimLight(smoothNormal, view) * mix(1., ao, .8);

  float roughness = mix(mix(.46, .50, look), mix(.36, .30, look), s.lip);
  float glossHere = clamp(ao * 1.3 - .15, 0., 1.) * mix(1., .3, vScalp * scalpStrength) * mix(1., .5, s.beard) * gloss;
  vec3 shine = keyColour * mix(lit, 1., .2 * look)
    * (.8 * specular(normal, view, keyDirection, roughness + .12, .028)
      + .20 * specular(normal, view, keyDirection, roughness - .10, .028));
  shine += fillColour * specular(normal, view, fillDirection, roughness + .12, .030) * .7;
  float grazing = pow(1. - max(dot(smoothNormal, view), 0.), 4.);
  vec3 reflected = ambient(reflect(-view, normal)) * mix(vec3(1.), normalize(s.albedo + .02) * 1.6, .5);
  shine += reflected * (.018 + .05 * grazing);

  if (captureMode == MODE_PORTRAIT) {
    vec3 lightOut = s.albedo * irradiance + (s.albedo * .75 + .05) * rim + shine * glossHere;
    colour = vec4(lightOut * exposureLift, 1.);
    highlight = vec4(0.);
  } else {
    bool skinItself = captureMode == MODE_TONE_FREE;
    vec3 ratio = s.albedo / (skinItself ? tone : vec3(1.)) * (irradiance + .75 * rim);
    colour = vec4(ratio, 1.) * coverage;
    highlight = vec4(.05 * rim + shine * glossHere * (skinItself ? 1. : .5), 1.) * coverage;
  }
}`;
