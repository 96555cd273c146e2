/**
 * The rows of the table: everything that can go wrong on the way to a loaded image, with what it means and what mends it.
 * How they are found and shown is in failures.ts.
 */
import type { Failure } from './failures.ts';

const kitBuild = 'build with the scripts of the kit: hermes afi build';
const again = 'run the same command again: it goes on where it stopped';
const restart = 'stop the instance and start it again; if it comes back, the design may draw too much power';

export const failures: readonly Failure[] = [
  // State messages of CreateFpgaImage: documented with the kit, TOOL_VERSION_INVALID only in its issues.
  {
    source: 'image',
    code: 'INACCESSIBLE_INPUT',
    meaning: 'AWS could not read the archive in S3',
    cure: 'use a bucket of the same region, and let AWS read the archive and write the logs in the policy of the bucket',
  },
  {
    source: 'image',
    code: 'INPUT_SIZE_ILLEGAL',
    meaning: 'the archive is empty, or larger than AWS takes',
    cure: kitBuild,
  },
  {
    source: 'image',
    code: 'DCP_INTEGRITY_UNVERIFIED',
    meaning: 'the checkpoint is not the one whose SHA-256 the manifest gives as dcp_hash',
    cure: 'pack the archive anew: the checkpoint was changed after its manifest was written; or build again',
  },
  { source: 'image', code: 'MANIFEST_NOT_FOUND', meaning: 'the archive has no *.manifest.txt', cure: kitBuild },
  {
    source: 'image',
    code: 'MANIFEST_PARSE_FAILED',
    meaning: 'the manifest is not lines of key=value with the keys that AWS wants',
    cure: kitBuild,
  },
  {
    source: 'image',
    code: 'SHELL_VERSION_INVALID',
    meaning: 'there is no shell of the version in the manifest',
    cure: 'build with the shell of the kit: source hdk_setup.sh, then hermes afi build',
  },
  {
    source: 'image',
    code: 'SHELL_VERSION_DEPRECATED',
    meaning: 'AWS makes no more images for this shell',
    cure: 'update the kit and build again; for F1, move to F2: hermes build f2',
  },
  {
    source: 'image',
    code: 'TOOL_VERSION_INVALID',
    meaning: 'images are not made from checkpoints of this version of Vivado, or not yet in this region',
    cure: 'build with a version that the message lists, or submit in us-east-1 and copy: hermes afi copy',
  },
  {
    source: 'image',
    code: 'PCIID_SYNTAX_INVALID',
    meaning: 'a PCI id is missing, not of the form 0xNNNN, or zero',
    cure: 'give all four ids in design/cl_id_defines.vh and build again; the kit of F2 loses leading 2s and 3s of a device id',
  },
  {
    source: 'image',
    code: 'PCIID_FORBIDDEN',
    meaning: 'a PCI id is reserved: vendor 0x8086, or vendor 0x1d0f with a device outside 0xf000 to 0xf0ff',
    cure: 'choose other ids in design/cl_id_defines.vh and build again',
  },
  {
    source: 'image',
    code: 'CLK_ILLEGAL',
    meaning: 'there is no such clock recipe',
    cure: 'use recipes A0 to A2, B0 to B5, C0 to C3 and, on F2, H0 to H5, and build again',
  },
  {
    source: 'image',
    code: 'CORRUPT_ARCHIVE',
    meaning: 'the archive is not a tar, or is damaged',
    cure: 'copy it again from the machine that built it, or build again',
  },
  {
    source: 'image',
    code: 'DCP_NOT_FOUND',
    meaning: 'the archive lacks the checkpoint that the manifest names in dcp_file_name',
    cure: kitBuild,
  },
  { source: 'image', code: 'DCP_CORRUPT', meaning: 'the checkpoint is not one that Vivado can open', cure: kitBuild },
  {
    source: 'image',
    code: 'DCP_NOT_ENCRYPTED',
    meaning: 'the sources in the checkpoint are not encrypted',
    cure: 'let build/scripts/encrypt.tcl run, without --no-encrypt, and build again',
  },
  {
    source: 'image',
    code: 'UNKNOWN_BITSTREAM_GENERATE_ERROR',
    meaning: 'no bitstream came out of the checkpoint',
    cure: 'read the errors in the logs, which hermes afi status shows, mend the design and build again',
  },

  // Lines of the logs of bitstream generation.
  {
    source: 'log',
    code: 'DRC LUTLP-1',
    meaning: 'a loop of combinational logic',
    cure: 'put a register into the loop; hermes gen refuses such loops, so look at what was added by hand',
  },
  {
    source: 'log',
    code: 'Project 1-589',
    meaning: 'the checkpoint was made for another part',
    cure: 'build for the part of the shell, with the scripts of the kit',
  },
  {
    source: 'log',
    code: 'A valid license was not found',
    meaning: 'a block of the design needs a licence of the vendor',
    cure: 'leave the block out, or build where the licence is',
  },

  // What AWS services and the way to them answer to a request.
  {
    source: 'request',
    code: 'CredentialsProviderError',
    meaning: 'there are no credentials',
    cure: 'sign in (aws sso login, or aws configure), or choose a profile with AWS_PROFILE, and run it again',
    also: ['TokenProviderError', 'MissingAuthenticationToken'],
  },
  {
    source: 'request',
    code: 'ExpiredToken',
    meaning: 'the credentials have expired',
    cure: 'sign in again (aws sso login), and run the same command: it goes on where it stopped',
    also: ['RequestExpired', 'ExpiredTokenException', 'TokenRefreshRequired'],
  },
  {
    source: 'request',
    code: 'AuthFailure',
    meaning: 'AWS does not accept the credentials',
    cure: 'look at the profile (AWS_PROFILE, aws sts get-caller-identity) and at the clock of this machine',
    also: [
      'InvalidAccessKeyId',
      'InvalidClientTokenId',
      'SignatureDoesNotMatch',
      'RequestTimeTooSkewed',
      'InvalidToken',
      'UnrecognizedClientException',
    ],
  },
  {
    source: 'request',
    code: 'AccessDenied',
    meaning: 'these credentials may not do this',
    cure:
      'allow ec2:CreateFpgaImage, ec2:DescribeFpgaImages, ec2:CopyFpgaImage, and on the bucket s3:PutObject, s3:GetObject, ' +
      's3:ListBucket, s3:ListBucketMultipartUploads, s3:ListMultipartUploadParts, s3:AbortMultipartUpload',
    also: ['UnauthorizedOperation', 'Forbidden', '403', 'AllAccessDisabled', 'AccessDeniedException'],
  },
  {
    source: 'request',
    code: 'OptInRequired',
    meaning: 'the account may not use this service in this region',
    cure: 'enable the region, or FPGA images, for the account, or choose another region with --region',
    also: ['PendingVerification', 'Blocked'],
  },
  {
    source: 'request',
    code: 'NoSuchBucket',
    meaning: 'there is no such bucket',
    cure: 'make one in the region of the image (aws s3 mb s3://NAME --region REGION), or name another with --bucket',
    also: ['NotFound'],
  },
  {
    source: 'request',
    code: 'PermanentRedirect',
    meaning: 'the bucket is in another region',
    cure: 'choose the region of the bucket with --region, or a bucket of this region with --bucket',
    also: ['301', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException', 'TemporaryRedirect'],
  },
  {
    source: 'request',
    code: 'NoSuchUpload',
    meaning: 'the upload that was begun is gone: aborted, finished elsewhere, or removed by a rule of the bucket',
    cure: 'run the same command again: it begins a new upload',
  },
  {
    source: 'request',
    code: 'RequestLimitExceeded',
    meaning: 'too many requests of this account at once',
    cure: again,
    also: ['SlowDown', 'Throttling', 'ThrottlingException', 'TooManyRequestsException', 'EC2ThrottledException'],
    passing: true,
  },
  {
    source: 'request',
    code: 'ServiceUnavailable',
    meaning: 'AWS has trouble of its own',
    cure: again,
    also: ['InternalError', 'InternalFailure', 'Unavailable', '500', '502', '503', '504', 'UnknownError'],
    passing: true,
  },
  {
    source: 'request',
    code: 'connection',
    meaning: 'the connection was lost, or there is none',
    cure: `look at the network and the proxy, then ${again}`,
    also: [
      'ECONNREFUSED',
      'ECONNRESET',
      'EPIPE',
      'ENOTFOUND',
      'EAI_AGAIN',
      'ETIMEDOUT',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'TimeoutError',
      'RequestTimeout',
      'NetworkingError',
      'AbortError',
    ],
    passing: true,
  },
  {
    source: 'request',
    code: 'IdempotentParameterMismatch',
    meaning: 'this token was used for another image',
    cure: 'look whether the image is there already: hermes afi list; else submit under another --name',
  },
  {
    source: 'request',
    code: 'InvalidFpgaImageID.NotFound',
    meaning: 'there is no such image in this region',
    cure: 'look with: hermes afi list --region REGION; image ids (afi-) belong to one region, global ids (agfi-) to all',
    also: ['InvalidFpgaImageID.Malformed'],
  },
  {
    source: 'request',
    code: 'ResourceLimitExceeded',
    meaning: 'the account has as many of these as it may have in this region',
    cure: 'delete images that are not needed (aws ec2 delete-fpga-image), or ask AWS for more',
  },
  {
    source: 'request',
    code: 'InvalidParameterValue',
    meaning: 'EC2 refuses a setting',
    cure: 'mend what the message names',
    also: [
      'MissingParameter',
      'InvalidParameter',
      'InvalidParameterCombination',
      'ValidationError',
      'InvalidAction',
      'UnsupportedOperation',
    ],
  },

  // Errors of fpga-load-local-image, fpga-clear-local-image and fpga-describe-local-image.
  {
    source: 'slot',
    code: '3 busy',
    meaning: 'the slot is busy with another load or clear',
    cure: 'wait a little, and run it again',
    passing: true,
  },
  {
    source: 'slot',
    code: '5 invalid-afi-id',
    meaning: 'there is no such image, or this account may not load it',
    cure: 'give the global id (agfi-), of an image of this account or one shared with it, that is available in this region',
  },
  {
    source: 'slot',
    code: '6 afi-load-timeout',
    meaning: 'the image was not loaded in time',
    cure: `run it again; if it stays so, ${restart}`,
  },
  {
    source: 'slot',
    code: '11 invalid-afi-cmd-api-version',
    meaning: 'the tools are too old',
    cure: 'install those of the current kit: source sdk_setup.sh',
  },
  {
    source: 'slot',
    code: '12 cl-id-mismatch',
    meaning: 'the PCI ids of the design are not those of its manifest',
    cure: 'let cl_sh_id0 and cl_sh_id1 equal design/cl_id_defines.vh, and build again',
  },
  {
    source: 'slot',
    code: '13 cl-ddr-calib-failed',
    meaning: 'a memory controller of the design did not calibrate',
    cure: 'load it again; if it stays so, build with the current kit',
  },
  {
    source: 'slot',
    code: '14 unspecified-error',
    meaning: 'the slot does not say what is wrong; it may be an image for another kind of instance',
    cure: `compare the shell of the image (hermes afi list) with that of the slot (hermes afi list --slots); else ${restart}`,
  },
  {
    source: 'slot',
    code: '16 shell-version-not-supported',
    meaning: 'the image was built for another shell: F1 and F2 do not load images of each other',
    cure: 'build for this kind of instance: hermes build f2, then hermes afi ship',
  },
  {
    source: 'slot',
    code: '17 afi-power-violation',
    meaning: 'the design drew more power than it may, and its clocks were stopped',
    cure: 'load it again; lower its activity, its engines or its clock if it stays so',
  },
  {
    source: 'slot',
    code: '18 dram-data-retention-not-possible',
    meaning: 'the memory on the card cannot be kept across this load',
    cure: 'load without keeping it',
  },
  {
    source: 'slot',
    code: '19 hardware-busy',
    meaning: 'the hardware is busy',
    cure: 'wait a little, and run it again',
    passing: true,
  },
  {
    source: 'slot',
    code: '20 pci-device-missing',
    meaning: 'there is no FPGA to be found',
    cure: `run it on an instance with an FPGA (f2.6xlarge and larger); if it is one, ${restart}`,
  },
  { source: 'slot', code: '21 afi-command-malformed', meaning: 'the slot does not answer sensibly', cure: restart },
  {
    source: 'slot',
    code: '22 dram-data-retention-failed',
    meaning: 'the memory on the card was lost in the load',
    cure: 'write it again; load without keeping it',
  },
  {
    source: 'slot',
    code: '23 dram-data-retention-setup-failed',
    meaning: 'the memory on the card cannot be kept across loads',
    cure: 'load without keeping it',
  },
  {
    source: 'slot',
    code: '24 software-problem',
    meaning: 'a fault in the tools',
    cure: 'install the current tools: source sdk_setup.sh',
  },
  { source: 'slot', code: '25 unresponsive', meaning: 'the FPGA does not answer', cure: restart },
  {
    source: 'slot',
    code: '26 err-rl-reload-needed-drop-pci-link',
    meaning: 'the shell has to be loaded anew',
    cure: 'run it again',
    passing: true,
  },
  {
    source: 'slot',
    code: '27 err-incompatible-afi-cmd-flags',
    meaning: 'options were given that exclude each other',
    cure: 'give one of them',
  },
  {
    source: 'slot',
    code: '28 invalid-clkgen-input',
    meaning: 'a clock was asked for that there is not',
    cure: 'use a recipe of the kit',
  },
  {
    source: 'slot',
    code: '29 clkgen-ip-not-found',
    meaning: 'the design has no AWS_CLK_GEN',
    cure: 'leave the clocks as they are: the device runs on clk_main_a0 alone',
  },
  {
    source: 'slot',
    code: '-110 Connection timed out',
    meaning: 'the slot did not answer in time',
    cure: `run it again; if it stays so, ${restart}`,
    passing: true,
  },
];
