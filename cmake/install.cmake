# What a host and what a guest get: `cmake --install build/release --component host` (or guest). script/install does the
# same and starts the service; packages are made of the same files with the prefix /usr.
include(GNUInstallDirs)
set(packaging ${CMAKE_SOURCE_DIR}/packaging)

install(TARGETS aerostatd RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR} COMPONENT host)
install(TARGETS aerostat_cli_app RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT host)
install(TARGETS aerostat_guest_agent RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR} COMPONENT guest)

# Does nothing until the configuration says so.
install(PROGRAMS ${packaging}/libvirt-hook RENAME aerostat DESTINATION /etc/libvirt/hooks/qemu.d COMPONENT host)

set(man ${CMAKE_SOURCE_DIR}/docs/man)
# Below share, and not below share/man of a prefix that is the root: script/install and manpath agree.
install(FILES ${man}/aerostatd.8 DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/man/man8 COMPONENT host)
install(FILES ${man}/aerostat.1 DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/man/man1 COMPONENT host)
install(FILES ${man}/aerostat.toml.5 DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/man/man5 COMPONENT host)
install(FILES ${man}/aerostat-guest.8 DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/man/man8 COMPONENT guest)

set(share ${CMAKE_INSTALL_DATAROOTDIR})
install(FILES ${packaging}/completions/aerostat.bash RENAME aerostat
        DESTINATION ${share}/bash-completion/completions COMPONENT host)
install(FILES ${packaging}/completions/_aerostat DESTINATION ${share}/zsh/site-functions COMPONENT host)
install(FILES ${packaging}/completions/aerostat.fish DESTINATION ${share}/fish/vendor_completions.d COMPONENT host)

# The web page, which script/web leaves beside the programs. A build without Node has none.
install(DIRECTORY ${CMAKE_BINARY_DIR}/web/ DESTINATION ${share}/aerostat/web COMPONENT host OPTIONAL)

# Which guests can take part in what: for people and programs; the daemon has it compiled in.
install(FILES ${CMAKE_SOURCE_DIR}/data/guests.toml DESTINATION ${share}/aerostat COMPONENT host)

# For those who watch the host with Prometheus and Grafana.
install(FILES ${packaging}/prometheus/alerts.yml ${packaging}/prometheus/alerts_test.yml
        DESTINATION ${share}/aerostat/prometheus COMPONENT host)
install(FILES ${packaging}/grafana/aerostat.json DESTINATION ${share}/aerostat/grafana COMPONENT host)

# What widens the service's confinement, for those who want that. Not in effect until it is copied.
install(FILES ${packaging}/systemd/loopback.conf ${packaging}/systemd/network.conf
        DESTINATION ${share}/aerostat/systemd COMPONENT host)

# Hooks for databases and caches in a guest. Not in effect until they are copied.
install(PROGRAMS ${packaging}/hooks/redis ${packaging}/hooks/postgresql
        DESTINATION ${share}/aerostat-guest/hooks COMPONENT guest)

# Somebody's configuration stays as it is.
install(CODE "
  set(conf \$ENV{DESTDIR}/etc/aerostat/aerostat.toml)
  if(EXISTS \${conf})
    message(STATUS \"Kept: \${conf}\")
  else()
    file(INSTALL FILES ${packaging}/aerostat.toml.example DESTINATION /etc/aerostat RENAME aerostat.toml)
  endif()" COMPONENT host)

# systemd's list of users, and of folders it makes at boot.
install(FILES ${packaging}/aerostat.sysusers RENAME aerostat.conf DESTINATION lib/sysusers.d COMPONENT host)
install(FILES ${packaging}/aerostat.tmpfiles RENAME aerostat.conf DESTINATION lib/tmpfiles.d COMPONENT host)

# A unit names its program's place, which is known when it is installed. Packages have a folder of their own for units;
# systemd prefers the administrator's.
function(install_unit unit component)
  install(CODE "
    set(units /etc/systemd/system)
    if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr\")
      set(units /usr/lib/systemd/system)
    endif()
    file(READ ${packaging}/${unit} text)
    string(REPLACE /usr/local/sbin/ \${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_SBINDIR}/ text \"\${text}\")
    file(WRITE ${CMAKE_BINARY_DIR}/packaging/${unit} \"\${text}\")
    file(INSTALL FILES ${CMAKE_BINARY_DIR}/packaging/${unit} DESTINATION \${units})"
    COMPONENT ${component})
endfunction()
install_unit(aerostatd.service host)
install_unit(aerostat-guest.service guest)
