/** An instance of two FPGAs, as far as its tools show it; and a kit with Vivado, as far as its build shows it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { dcp, manifestOf, program, stamp, write } from './custom-logic.ts';

/** Puts the tools into a folder for PATH. What they are asked is in `ran` there. */
export function instance(bin: string): string {
  program(
    bin,
    'tool',
    'folder=$(dirname "$0"); echo "$@" >> "$folder/ran"; name=$1; shift; slot=0; image=none',
    'while [ $# -gt 0 ]; do case $1 in -S) slot=$2; shift ;; -I) image=$2; shift ;; esac; shift; done',
    'show() {',
    '  image=$(cat "$folder/slot$1" 2> /dev/null || echo none)',
    '  if [ $image = none ]; then status="cleared           1"; ids="0x1d0f      0x9048"; else',
    '    status="loaded            0"; ids="0x1de5      0x9000"; fi',
    '  echo "Type  FpgaImageSlot  FpgaImageId             StatusName    StatusCode   ErrorName    ErrorCode   ShVersion"',
    '  echo "AFI          $1       $image  $status        ok               0       0x10212415"',
    '  device $1 "$ids"',
    '}',
    'device() {',
    '  echo "Type  FpgaImageSlot  VendorId    DeviceId    DBDF"',
    '  echo "AFIDEVICE    $1       $2      0000:00:1d.0"',
    '}',
    'case $name in',
    '  load-local-image) echo $image > "$folder/slot$slot"; show $slot ;;',
    '  clear-local-image) rm -f "$folder/slot$slot"; show $slot ;;',
    '  describe-local-image) show $slot ;;',
    '  describe-local-image-slots) device 0 "0x1d0f      0x9048"; device 1 "0x1d0f      0x9048" ;;',
    'esac',
  );
  for (const name of ['load-local-image', 'clear-local-image', 'describe-local-image', 'describe-local-image-slots']) {
    program(bin, `fpga-${name}`, `exec "$(dirname "$0")/tool" ${name} "$@"`);
  }
  program(bin, 'sudo', '[ "$1" = -n ] && shift', 'exec "$@"'); // where the test is not root
  return bin;
}

export interface Kit {
  /** What hdk_setup.sh sets. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder for PATH, with vivado and python3. */
  readonly bin: string;
}

/** A kit whose script prints the phases of a build and leaves an archive and a report. */
export function kit(folder: string, shell: 'f1' | 'f2' = 'f2', slack = '0.031'): Kit {
  const repo = join(folder, 'aws-fpga');
  const version = shell === 'f1' ? 'Vivado v2021.2 (64-bit)' : 'vivado v2024.1 (64-bit)';
  write(join(repo, 'hdk_setup.sh'), '');
  write(join(repo, 'supported_vivado_versions.txt'), `${version}\n`);
  write(join(repo, 'hdk/hdk_version.txt'), '');
  mkdirSync(join(repo, 'hdk/common'), { recursive: true });
  const checkpoints = join(repo, 'hdk/shell/build/checkpoints/from_aws');
  write(join(checkpoints, 'SH_CL_BB_routed.dcp'), '');
  write(join(checkpoints, 'cl_bb_routed.small_shell.dcp'), '');
  const bin = join(folder, 'bin');
  program(bin, 'vivado', `echo "${version}"`, 'echo "SW Build 5076996"');
  program(bin, 'python3', 'exec sh "$@"');

  const checkpoint = dcp();
  const change =
    shell === 'f1' ? { shell_version: '0x04261818', tool_version: 'v2021.2', clock_recipe_hbm: undefined } : {};
  write(join(folder, `${stamp}.SH_CL_routed.dcp`), checkpoint);
  write(join(folder, `${stamp}.manifest.txt`), manifestOf(checkpoint, change));
  const state = slack.startsWith('-') ? 'VIOLATED' : 'MET';
  const script = [
    'echo "$@" > ../../ran; env > ../../env; echo x >> ../../times',
    '[ "$(basename "$CL_DIR")" = cl_hermes ] || { echo "ERROR: CL_DIR is $CL_DIR"; exit 1; }',
    'echo "AWS FPGA: Start placing customer design cl_hermes"; echo "WARNING: nothing"',
    'echo "AWS FPGA: Start routing customer design cl_hermes" >&2',
    'if [ -f ../../fail ]; then cat ../../fail; exit 3; fi',
    'mkdir -p ../checkpoints/to_aws ../reports',
    `cp ${folder}/${stamp}.* ../checkpoints/to_aws`,
    `(cd ../checkpoints && tar -cf ${stamp}.Developer_CL.tar to_aws && rm -r to_aws)`,
    `echo "Slack (${state}) :             ${slack}ns  (required time - arrival time)" > ../reports/cl_hermes.${stamp}.post_route_timing.rpt`,
  ];
  const name = shell === 'f1' ? 'aws_build_dcp_from_cl.sh' : 'aws_build_dcp_from_cl.py';
  program(join(repo, 'hdk/shell/build/scripts'), name, ...script);
  return { bin, env: { AWS_FPGA_REPO_DIR: repo, HDK_DIR: join(repo, 'hdk'), HDK_SHELL_DIR: join(repo, 'hdk/shell') } };
}
