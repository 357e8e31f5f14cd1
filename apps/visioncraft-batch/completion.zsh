#compdef visioncraft-batch
# SPDX-License-Identifier: LGPL-2.1-or-later

_arguments -S \
  '*'{-o,--output=}'[the files to write]:file:_files' \
  '--jobs=[generations in flight]:number' \
  '--encoders=[conversions at once]:number' \
  '--rate=[no more requests than this]:rate:(10/min 30/min 60/min 1/s 500/h)' \
  '--max-wait=[the longest wait for the service]:seconds' \
  '--max-paid=[ask for no more generations]:number' \
  '--stop-after-failures=[stop after failures in a row]:number' \
  '--grace=[wait after a signal]:seconds' \
  '--journal-dir=[where it is noted what was done]:directory:_files -/' \
  '--shard=[only every N-th prompt]:K/N' \
  '--merge=[read all journals]:directory:_files -/' \
  '--report=[write a page with all pictures]:file:_files' \
  '--check[only read the list]' \
  '--repeat-unknown[ask again for what may have been billed]' \
  '--retry-failed[try again what was refused]' \
  {-f,--force}'[replace files of others]' \
  '--sampler=[the sampler]:sampler' \
  '--steps=[sampling steps, 1 to 50]:steps' \
  '--cfg-scale=[how closely to follow the prompt, 0 to 20]:number' \
  '--negative-prompt=[what the GIFs should not show]:text' \
  '--loops=[how often to show the animation]:number' \
  '--fps=[frames per second]:rate:(10 24 25 29.97 30 50 60)' \
  '--size=[fit into this size]:size:(256x256 512x512 1280x720 1920x1080)' \
  '--background=[what transparent pixels become]:colour' \
  '--quality=[0 to 100]:number' \
  '--token-file=[file that holds the API key]:file:_files' \
  '--api-url=[address of the service]:address:_urls' \
  '--ca-file=[certificate authorities to trust]:file:_files' \
  '--proxy=[address of the proxy]:address:_urls' \
  '--cache-dir=[where GIFs are kept]:directory:_files -/' \
  '--insecure[take any certificate]' \
  '--json[print events]' \
  {-q,--quiet}'[print errors only]' \
  '(- *)--version[print the version]' \
  '(- *)'{-h,--help}'[print a summary]' \
  '1:list:_files'
