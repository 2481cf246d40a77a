import { LIGHTING } from './lighting.ts';

/** Hair and beards: strands from noise along the strand coordinate, two anisotropic lobes (Kajiya & Kay 1989). */
export const HAIR_SHADER = /* glsl */ `${LIGHTING}
uniform vec3 hairColour;
uniform float shine, strands, curliness;
uniform float cordDensity, plaited; // cords per strand coordinate, 0 for loose hair; 1 where they have knots
uniform vec2 cutAway; // in a capture: hair behind this depth and below this height is left out; y <= 0 turns it off

// Hair that would cover a wide neck: kept in front of a depth, above a height, and below the shoulders.
float keptByCut() {
  if (captureMode == MODE_PORTRAIT || cutAway.y <= 0.) return 1.;
  float inFront = smoothstep(cutAway.x - .10, cutAway.x + .10, vPosition.z);
  float above = smoothstep(cutAway.y - .12, cutAway.y + .12, vPosition.y);
  return max(max(inFront, above), 1. - smoothstep(6.0, 6.25, vPosition.y));
}

// Brightness 0..1 of the strand here; finer layers fade where they would flicker.
float strandBrightness() {
  float y = vUv.y;
  float coarse = valueNoise(vec2(vUv.x * 16., y * 2.5));
  float middle = valueNoise(vec2(vUv.x * 46. + 3., y * 4.));
  float fine = valueNoise(vec2(vUv.x * 110., y * 5.));
  float width = fwidth(vUv.x);
  float straight = .5 + (coarse - .5) * .55
    + (middle - .5) * .45 * (1. - smoothstep(.010, .03, width))
    + (fine - .5) * .45 * mix(1., .35, look) * (1. - smoothstep(.004, .012, width));
  if (curliness <= 0.) return straight;
  float curls = .5 + .5 * (valueNoise(vPosition.xy * 24. + vPosition.z * 17.) - .5)
    + .5 * (valueNoise(vPosition.yx * 47. - vPosition.z * 31.) - .5);
  return mix(straight, curls, curliness);
}

// Shade between cords and between the knots of plaits, which the mesh is too coarse to show alone.
float cordShade() {
  if (cordDensity <= 0.) return 1.;
  float cord = vUv.x * cordDensity;
  float shade = mix(.5, 1.12, smoothstep(0., .55, abs(sin(3.14159 * cord))));
  float knot = abs(sin(vPosition.y * 12. + floor(cord) * 1.9 + .5 * cos(6.28318 * cord)));
  return shade * mix(1., mix(.6, 1.1, smoothstep(0., .5, knot)), plaited);
}

void main() {
  float kept = keptByCut();
  if (kept < .02) discard;
  vec3 normal = normalize(vNormal), view = normalize(eyePoint - vPosition);
  if (!gl_FrontFacing) normal = -normal;
  vec3 tangent = normalize(vMask.xyz - normal * dot(vMask.xyz, normal) + 1e-4), across = cross(normal, tangent);
  float agreement = smoothstep(.45, .97, length(vMask.xyz)); // strands that disagree (a parting) give no highlight
  float strand = strandBrightness();

  vec3 strandNormal = normalize(normal + across * (strand - .5) * mix(.55, .40, look) * strands * agreement * (1. - curliness));
  vec3 albedo = hairColour * mix(.82, 1.15, smoothstep(0., 1., vUv.y)) * (1. + (strand - .5) * mix(.80, .68, look) * strands) * cordShade();
  float ao = vAo, lit = keyShadow(vPosition, normal);
  vec3 wrap = vec3(.42);
  vec3 diffuse = albedo * (keyColour * wrappedDiffuse(dot(strandNormal, keyDirection), wrap) * mix(.52, 1., lit) * mix(1., ao, .5)
    + fillColour * wrappedDiffuse(dot(strandNormal, fillDirection), wrap) * ao
    + ambient(strandNormal) * ao);

  vec3 lightDirection[2] = vec3[2](keyDirection, fillDirection);
  vec3 lightColour[2] = vec3[2](keyColour * mix(.45, 1., lit), fillColour * .6);
  vec3 bentTangent = normalize(tangent + normal * (.10 + (strand - .5) * .30));
  vec3 whiteShine = vec3(0.), colouredShine = vec3(0.);
  for (int i = 0; i < 2; i++) {
    vec3 halfway = normalize(lightDirection[i] + view);
    float along = dot(bentTangent, halfway), sine = sqrt(max(0., 1. - along * along));
    float facing = clamp(dot(normal, lightDirection[i]) * 1.1 + .25, 0., 1.);
    float blob = pow(max(dot(strandNormal, halfway), 0.), 14.);
    sine = mix(sine, blob, curliness);
    vec3 strength = lightColour[i] * facing * ao * shine * agreement * mix(1., .40, curliness);
    float sharpLobe = mix(pow(sine, 70.), blob * .5, curliness) * (.35 + 1.3 * strand);
    float broadLobe = mix(pow(sine, 16.), blob, curliness) * (.6 + .8 * strand);
    whiteShine += strength * (.06 * sharpLobe + .022 * broadLobe);
    colouredShine += strength * (.20 * sharpLobe + .40 * broadLobe);
  }
  vec3 rim = ao * rimLight(normal, view);

  if (captureMode == MODE_PORTRAIT) {
    vec3 lightOut = diffuse + whiteShine + hairColour * colouredShine + (hairColour * .9 + .035) * rim;
    colour = vec4(lightOut, 1.) * vMask.w;
    highlight = vec4(0.);
  } else {
    colour = vec4(diffuse / hairColour + colouredShine + .9 * rim, 1.) * vMask.w * kept;
    highlight = vec4(whiteShine + .035 * rim, 1.) * vMask.w * kept;
  }
}`;
