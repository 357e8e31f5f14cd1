# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for visioncraft-to-video

_visioncraft_to_video ()
{
  local word=$2 before=$3
  local options='--sampler= --steps= --cfg-scale= --negative-prompt= --from= --loops= --fps= --size=
    --background= --quality= --format= --token-file= --api-url= --retries= --ca-file= --proxy= --cache-dir=
    --variation= --new --no-cache
    --insecure --set-token --list-samplers --open --force --json --quiet --version --help'
  local samplers=('Euler' 'Euler a' 'LMS' 'Heun' 'DPM2' 'DPM2 a' 'DPM++ 2S a' 'DPM++ 2M'
    'DPM++ SDE' 'DPM fast' 'DPM adaptive' 'LMS Karras' 'DPM2 Karras' 'DPM2 a Karras'
    'DPM++ 2S a Karras' 'DPM++ 2M Karras' 'DPM++ SDE Karras' 'DDIM' 'PLMS')
  local sampler

  # "--option=value" comes as three words.
  if [[ $word == '=' ]]; then
    word=
  elif [[ $before == '=' ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi

  COMPREPLY=()
  case $before in
    --sampler)
      for sampler in "${samplers[@]}"; do
        # As it has to be typed: blanks behind backslashes.
        [[ ${sampler// /\\ } == "$word"* ]] && COMPREPLY+=("${sampler// /\\ }")
      done
      return 0 ;;
    --background)
      mapfile -t COMPREPLY < <(compgen -W 'aqua black blue fuchsia gray green lime maroon navy
        olive purple red silver teal white yellow' -- "$word")
      return 0 ;;
    --format)
      mapfile -t COMPREPLY < <(compgen -W 'gif mov mp4 png webm' -- "$word")
      return 0 ;;
    --fps)
      mapfile -t COMPREPLY < <(compgen -W '10 24 25 29.97 30 50 60' -- "$word")
      return 0 ;;
    --size)
      mapfile -t COMPREPLY < <(compgen -W '256x256 512x512 1280x720 1920x1080' -- "$word")
      return 0 ;;
    --from)
      mapfile -t COMPREPLY < <(compgen -f -X '!*.[gG][iI][fF]' -- "$word"; compgen -d -- "$word")
      compopt -o filenames 2>/dev/null
      return 0 ;;
    --cache-dir)
      mapfile -t COMPREPLY < <(compgen -d -- "$word")
      compopt -o filenames 2>/dev/null
      return 0 ;;
    --token-file | --ca-file)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      compopt -o filenames 2>/dev/null
      return 0 ;;
    --steps | --cfg-scale | --negative-prompt | --loops | --quality | --api-url | --retries | --proxy | --variation)
      return 0 ;;
  esac

  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    compopt -o filenames 2>/dev/null
  fi
  return 0
}

# Not "-o filenames" for all: bash would write options as "--sampler\=".
complete -F _visioncraft_to_video visioncraft-to-video
