# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for visioncraft-batch

_visioncraft_batch ()
{
  local word=$2 before=$3
  local options='--output= --jobs= --encoders= --rate= --max-wait= --max-paid= --stop-after-failures=
    --grace= --journal-dir= --shard= --merge= --report= --check --repeat-unknown --retry-failed --force
    --sampler= --steps= --cfg-scale= --negative-prompt= --loops= --fps= --size= --background= --quality=
    --token-file= --api-url= --ca-file= --proxy= --cache-dir= --insecure --json --quiet --version --help'

  # "--option=value" comes as three words.
  if [[ $word == '=' ]]; then
    word=
  elif [[ $before == '=' ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi

  COMPREPLY=()
  case $before in
    --rate)
      mapfile -t COMPREPLY < <(compgen -W '10/min 30/min 60/min 1/s 500/h' -- "$word")
      return 0 ;;
    --fps)
      mapfile -t COMPREPLY < <(compgen -W '10 24 25 29.97 30 50 60' -- "$word")
      return 0 ;;
    --size)
      mapfile -t COMPREPLY < <(compgen -W '256x256 512x512 1280x720 1920x1080' -- "$word")
      return 0 ;;
    --journal-dir | --merge | --cache-dir)
      mapfile -t COMPREPLY < <(compgen -d -- "$word")
      compopt -o filenames 2>/dev/null
      return 0 ;;
    --jobs | --encoders | --max-wait | --max-paid | --stop-after-failures | --grace | --shard | \
      --sampler | --steps | --cfg-scale | --negative-prompt | --loops | --background | --quality | \
      --api-url | --proxy)
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

# Not "-o filenames" for all: bash would write options as "--output\=".
complete -F _visioncraft_batch visioncraft-batch
