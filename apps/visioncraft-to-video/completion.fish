# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for visioncraft-to-video

function __visioncraft_samplers
  printf '%s\n' Euler 'Euler a' LMS Heun DPM2 'DPM2 a' 'DPM++ 2S a' 'DPM++ 2M' 'DPM++ SDE' \
    'DPM fast' 'DPM adaptive' 'LMS Karras' 'DPM2 Karras' 'DPM2 a Karras' 'DPM++ 2S a Karras' \
    'DPM++ 2M Karras' 'DPM++ SDE Karras' DDIM PLMS
end

set -l colours aqua black blue fuchsia gray green lime maroon navy olive purple red silver teal \
  white yellow

set -l c complete -c visioncraft-to-video
$c -l sampler -x -a '(__visioncraft_samplers)' -d 'The sampler'
$c -l steps -x -d 'Sampling steps, 1 to 50'
$c -l cfg-scale -x -d 'How closely to follow the prompt, 0 to 20'
$c -l negative-prompt -x -d 'What the GIF should not show'
$c -l from -r -F -d 'Convert this GIF'
$c -l loops -x -d 'How often to show the animation'
$c -l fps -x -a '10 24 25 29.97 30 50 60' -d 'Frames per second'
$c -l size -x -a '256x256 512x512 1280x720 1920x1080' -d 'Fit into this size'
$c -l background -x -a "$colours" -d 'What transparent pixels become'
$c -l quality -x -d '0 to 100'
$c -l format -x -a 'gif mov mp4 png webm' -d 'Of standard output'
$c -l token-file -r -F -d 'File that holds the API key'
$c -l api-url -x -d 'Address of the service'
$c -l retries -x -d 'How often to try again'
$c -l ca-file -r -F -d 'Certificate authorities to trust'
$c -l proxy -x -d 'Address of the proxy'
$c -l cache-dir -r -F -d 'Where GIFs are kept'
$c -l variation -x -d 'Which of the pictures in the cache'
$c -l new -d 'Another picture than those in the cache'
$c -l no-cache -d 'No cache'
$c -l insecure -d 'Take any certificate'
$c -l set-token -d 'Keep the API key'
$c -l list-samplers -d 'Print the samplers of the service'
$c -l open -d 'Show the first file'
$c -s f -l force -d 'Replace files that exist'
$c -l json -d 'Print events'
$c -s q -l quiet -d 'Print errors only'
$c -l version -d 'Print the version'
$c -s h -l help -d 'Print a summary'
