#compdef visioncraft-to-video
# SPDX-License-Identifier: LGPL-2.1-or-later

local samplers=('Euler' 'Euler a' 'LMS' 'Heun' 'DPM2' 'DPM2 a' 'DPM++ 2S a' 'DPM++ 2M'
  'DPM++ SDE' 'DPM fast' 'DPM adaptive' 'LMS Karras' 'DPM2 Karras' 'DPM2 a Karras'
  'DPM++ 2S a Karras' 'DPM++ 2M Karras' 'DPM++ SDE Karras' 'DDIM' 'PLMS')
local colours=(aqua black blue fuchsia gray green lime maroon navy olive purple red silver teal
  white yellow)

_arguments -S \
  '--sampler=[the sampler]:sampler:(${(q)samplers})' \
  '--steps=[sampling steps, 1 to 50]:steps' \
  '--cfg-scale=[how closely to follow the prompt, 0 to 20]:number' \
  '--negative-prompt=[what the GIF should not show]:text' \
  '--from=[convert this GIF]:GIF:_files -g "*.(#i)gif"' \
  '--loops=[how often to show the animation]:number' \
  '--fps=[frames per second]:rate:(10 24 25 29.97 30 50 60)' \
  '--size=[fit into this size]:size:(256x256 512x512 1280x720 1920x1080)' \
  '--background=[what transparent pixels become]:colour:($colours)' \
  '--quality=[0 to 100]:number' \
  '--format=[of standard output]:format:(gif mov mp4 png webm)' \
  '--token-file=[file that holds the API key]:file:_files' \
  '--api-url=[address of the service]:address:_urls' \
  '--retries=[how often to try again]:number' \
  '--ca-file=[certificate authorities to trust]:file:_files' \
  '--proxy=[address of the proxy]:address:_urls' \
  '--cache-dir=[where GIFs are kept]:directory:_files -/' \
  '--variation=[which of the pictures in the cache]:number' \
  '--new[another picture than those in the cache]' \
  '--no-cache[no cache]' \
  '--insecure[take any certificate]' \
  '(- *)--set-token[keep the API key]' \
  '(- *)--list-samplers[print the samplers of the service]' \
  '--open[show the first file]' \
  {-f,--force}'[replace files that exist]' \
  '--json[print events]' \
  {-q,--quiet}'[print errors only]' \
  '(- *)--version[print the version]' \
  '(- *)'{-h,--help}'[print a summary]' \
  '1:prompt or file:_files' \
  '*:file:_files'
