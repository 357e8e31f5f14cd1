# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for visioncraft-to-video

_visioncraft_to_video ()
{
  local word=$2 before=$3
  local options='--sampler= --steps= --cfg-scale= --negative-prompt= --loops= --fps= --size=
    --background= --quality= --api-url= --token-file= --retries= --force --quiet --version --help'

  # "--option=value" comes as three words.
  if [[ $word == '=' ]]; then
    word=
  elif [[ $before == '=' ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi

  COMPREPLY=()
  case $before in
    --background)
      mapfile -t COMPREPLY < <(compgen -W 'aqua black blue fuchsia gray green lime maroon navy
        olive purple red silver teal white yellow' -- "$word")
      return ;;
    --token-file)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return ;;
    --sampler | --steps | --cfg-scale | --negative-prompt | --loops | --fps | --size | --quality \
      | --api-url | --retries)
      return ;;
  esac

  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
  return 0
}

complete -o filenames -F _visioncraft_to_video visioncraft-to-video
