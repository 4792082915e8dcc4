# Made by packaging/completions/generate.py from what aerostat --help says: change that, and make it anew.
# shellcheck shell=bash
_aerostat_vms() {
  aerostat list --all --json 2>/dev/null | grep -o '"name":"[^"]*"' | cut -d '"' -f 4
}
_aerostat() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command='' options='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command${command:+ }${COMP_WORDS[i]}" in
      list|show|set|explain|events|host|reactions|top|doctor|pause|resume|report|resize|reserve|release|reservations|start-gate|qemu-args|adopt|libvirt-hook|history|token|simulate|scenario|record|trace|plan) command=${COMP_WORDS[i]} ;;
      'token create'|'token list'|'token revoke') command+=" ${COMP_WORDS[i]}"; break ;;
    esac
  done
  case $before in
    --cache) mapfile -t COMPREPLY < <(compgen -W 'all active none' -- "$word"); return ;;
    --guest) mapfile -t COMPREPLY < <(compgen -W 'simple debian' -- "$word"); return ;;
    --mode) mapfile -t COMPREPLY < <(compgen -W 'static dynamic' -- "$word"); return ;;
    --profile) mapfile -t COMPREPLY < <(compgen -W 'dense balanced swift' -- "$word"); return ;;
    --role) mapfile -t COMPREPLY < <(compgen -W 'read operator' -- "$word"); return ;;
    --texture) mapfile -t COMPREPLY < <(compgen -W 'rough linear auto' -- "$word"); return ;;
    --unreached) mapfile -t COMPREPLY < <(compgen -W 'start refuse' -- "$word"); return ;;
    --unset) mapfile -t COMPREPLY < <(compgen -W 'mode startup minimum maximum buffer weight' -- "$word"); return ;;
    --output|--plot|--settings|--socket|--trace|-o) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --directory) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --after|--block|--buffer|--columns|--config|--connect|--each|--episode|--estimator-error|--every|--follow|--for|--generate|--history|--host-memory|--hot-cache|--last|--lasts|--limit|--maximum|--memory|--memory-id|--minimum|--period|--points|--policy|--seed|--seeds|--since|--startup|--tolerance|--until|--violation|--vm|--wait|--watch|--weight|--without) [[ $word == -* ]] || return ;;
  esac
  case $command in
    list) options='-h --help --watch --all --columns --wide' ;;
    show) options='-h --help' ;;
    set) options='-h --help --mode --startup --minimum --maximum --buffer --weight --unset --dry-run' ;;
    explain) options='-h --help --last --since' ;;
    events) options='-h --help --since --until --vm --follow --after' ;;
    host) options='-h --help' ;;
    reactions) options='-h --help' ;;
    top) options='-h --help' ;;
    doctor) options='-h --help --all' ;;
    pause) options='-h --help' ;;
    resume) options='-h --help' ;;
    report) options='-h --help' ;;
    resize) options='-h --help --dry-run --wait' ;;
    reserve) options='-h --help --wait --lasts --weight' ;;
    release) options='-h --help --connect --yes --dry-run' ;;
    reservations) options='-h --help' ;;
    start-gate) options='-h --help --memory --wait --lasts --weight --unreached' ;;
    qemu-args) options='-h --help --startup --maximum --directory --memory-id --dimms --windows --hv-balloon --one-line' ;;
    adopt) options='-h --help --connect --yes --dry-run --minimum --maximum --startup --buffer --weight --now' ;;
    libvirt-hook) options='-h --help --config' ;;
    history) options='-h --help --since --until --each --points --csv --plot --status' ;;
    token) options='-h --help' ;;
    simulate) options='-h --help --trace --generate --history --host-memory --policy --list-policies --json --plot --startup --minimum --maximum --buffer --weight --settings --profile --period --texture --seed --hot-cache --estimator-error --block --guest' ;;
    scenario) options='-h --help --without --timeline --figures --list' ;;
    record) options='-h --help --every --for --force' ;;
    trace) options='-h --help -o --output --cache --tolerance --limit --together --force' ;;
    plan) options='-h --help --trace --generate --history --host-memory --policy --violation --episode --seeds --json --startup --minimum --maximum --buffer --weight --settings --profile --period --texture --seed --hot-cache --estimator-error --block --guest' ;;
    'token create') options='-h --help --role' ;;
    'token list') options='-h --help' ;;
    'token revoke') options='-h --help' ;;
  esac
  options+=' -h --help --version --socket --json'
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word" | sort -u)
    return
  fi
  case $command in
    '') mapfile -t COMPREPLY < <(compgen -W 'list show set explain events host reactions top doctor pause resume report resize reserve release reservations start-gate qemu-args adopt libvirt-hook history token simulate scenario record trace plan' -- "$word") ;;
    show|set|explain|doctor|resize|reserve|release|start-gate|history|record) mapfile -t COMPREPLY < <(compgen -W "$(_aerostat_vms)" -- "$word") ;;
    token) mapfile -t COMPREPLY < <(compgen -W 'create list revoke' -- "$word") ;;
    scenario|trace) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
  esac
}
complete -o filenames -F _aerostat aerostat
