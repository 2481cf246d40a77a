import fs from 'node:fs'; import sharp from 'sharp';
import { parsePuppetMesh, parseLayerIndex, layersForStyle, PuppetPoser, drawPuppet, styleFromSeed, type Puppet, type Texture } from '@timbre/models';
const L='/work/main/models/layers/'; const mesh=parsePuppetMesh(JSON.parse(fs.readFileSync(L+'puppet-mesh.json','utf8'))); const index=parseLayerIndex(JSON.parse(fs.readFileSync(L+'index.json','utf8')));
const textures=new Map<string,Texture>(); const load=async(f:string)=>{ if(textures.has(f)) return; const {data,info}=await sharp(L+f).ensureAlpha().raw().toBuffer({resolveWithObject:true}); textures.set(f,{width:info.width,height:info.height,pixels:data}); };
const n=2084*3; const puppet=(k:string):Puppet=>{ const f=new Float32Array(new Uint8Array(fs.readFileSync(`/tmp/rt/${k}.bin`)).buffer); return {rest:f.slice(0,n),deltas:Array.from({length:16},(_,i)=>f.slice((i+1)*n,(i+2)*n)),skin:new Uint8Array(fs.readFileSync(`/tmp/rt/${k}.skin`)),textureSize:384}; };
const size=+(process.env.S||384); const tiles:{input:Buffer;left:number;top:number}[]=[]; 
const poses=[{weights:{}},{weights:{blink:.5}},{weights:{blink:1}},{weights:{jawOpen:.6}},{weights:{aa:1}},{weights:{oo:1}},{weights:{smile:1}},{weights:{},yaw:.105},{weights:{browUp:1},pitch:.08,gaze:[.006,0] as [number,number]}];
const ks=process.argv.slice(2); let row=0;
for(const k of ks){ const p=puppet(k); const poser=new PuppetPoser(mesh,p); let col=0;
  for(const [i,pose] of [...poses,...poses.map(()=>poses[0]!)].entries()){ const st=styleFromSeed(i<poses.length?k:k+'-'+i); if(i>=poses.length&&i%4===3) st.beard=['short','stubble','full','moustache'][(i>>2)%4]!; if(process.env.NOCLOTHES) st.clothes=''; const layers=layersForStyle(index,st); for(const q of [layers.hair,layers.clothes,layers.brows,layers.beard]) if(q) await load(q.file); for(const f of Object.values(layers.sprites)) await load(f);
    const t0=performance.now(); const posed=poser.pose(pose); const t1=performance.now(); const px=drawPuppet({mesh,posed,puppet:p,style:st,layers,textures,size}); const t2=performance.now(); console.log(k,i,(t1-t0).toFixed(1),(t2-t1).toFixed(0));
    tiles.push({input:await sharp(Buffer.from(px.buffer),{raw:{width:size,height:size,channels:4}}).png().toBuffer(),left:(i%poses.length)*size,top:(row+(i>=poses.length?1:0))*size}); col++; } row+=2; }
await sharp({create:{width:size*poses.length,height:size*row,channels:3,background:'#888'}}).composite(tiles).png().toFile('/tmp/rt/sheet.png');
