# The packages aerostat and aerostat-guest, as deb and as rpm: script/package builds them. What they contain is what
# install.cmake installs, and what package_files.cmake adds. Their scripts are made from packaging/scripts.
set(scripts ${CMAKE_SOURCE_DIR}/packaging/scripts)
set(made ${CMAKE_BINARY_DIR}/packaging)
set(interpreter "#!/bin/sh")

foreach(component host guest)
  file(READ ${scripts}/common.sh common)
  file(READ ${scripts}/${component}.sh functions)
  set(functions "${common}\n${functions}")
  set(triggered "")
  set(purge "")
  if(component STREQUAL host)
    file(READ ${scripts}/host-purge.sh purge)
    set(triggered "  triggered)
    # libvirt was installed after us.
    if join libvirt && booted; then systemctl try-restart \"$unit\" || true; fi
    ;;
")
  endif()
  foreach(script deb/postinst deb/prerm deb/postrm rpm/post rpm/preun rpm/postun)
    configure_file(${scripts}/${script}.in ${made}/${component}/${script} @ONLY
      FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  endforeach()
  list(APPEND deb_${component} ${made}/${component}/deb/postinst ${made}/${component}/deb/prerm ${made}/${component}/deb/postrm)
endforeach()
file(WRITE ${made}/host/deb/conffiles "/etc/aerostat/aerostat.toml\n/etc/libvirt/hooks/qemu.d/aerostat\n")
list(APPEND deb_host ${made}/host/deb/conffiles ${scripts}/deb/triggers)

set(CPACK_PACKAGE_NAME aerostat)
set(CPACK_PACKAGE_VENDOR "Aerostat")
set(CPACK_PACKAGE_CONTACT "Aerostat maintainers <maintainers@users.noreply.github.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_COMPONENTS_ALL host guest)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/package_files.cmake)
set(CPACK_AEROSTAT_PACKAGING ${CMAKE_SOURCE_DIR}/packaging)
set(CPACK_AEROSTAT_I386 ${AEROSTAT_LINUX_I386_DIR})
set(CPACK_THREADS 1)

set(host_text "For hosts. The daemon aerostatd watches the virtual machines of a QEMU/KVM
host. It gives memory to those that need it, and takes back what lies idle,
within the limits of each. The command aerostat shows and changes what it does.")
set(guest_text "For virtual machines. The service aerostat-guest reports to the host how much
memory the machine needs, and brings memory online that the host adds. It runs
only in machines that have its port, and needs no configuration.")

# deb.
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_HOST_PACKAGE_NAME aerostat)
set(CPACK_DEBIAN_GUEST_PACKAGE_NAME aerostat-guest)
set(CPACK_DEBIAN_HOST_DESCRIPTION "${host_text}")
set(CPACK_DEBIAN_GUEST_DESCRIPTION "${guest_text}")
set(CPACK_DEBIAN_HOST_PACKAGE_CONTROL_EXTRA ${deb_host})
set(CPACK_DEBIAN_GUEST_PACKAGE_CONTROL_EXTRA ${deb_guest})
set(CPACK_DEBIAN_HOST_PACKAGE_DEPENDS passwd)
set(CPACK_DEBIAN_HOST_PACKAGE_SUGGESTS "qemu-system-x86, libvirt-daemon-system")
set(CPACK_DEBIAN_GUEST_PACKAGE_SHLIBDEPS OFF)

# rpm.
set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE Apache-2.0)
set(CPACK_RPM_PACKAGE_GROUP "System Environment/Daemons")
set(CPACK_RPM_HOST_PACKAGE_NAME aerostat)
set(CPACK_RPM_GUEST_PACKAGE_NAME aerostat-guest)
set(CPACK_RPM_HOST_PACKAGE_DESCRIPTION "${host_text}")
set(CPACK_RPM_GUEST_PACKAGE_DESCRIPTION "${guest_text}")
# Links from debug information that is not there.
set(CPACK_RPM_SPEC_MORE_DEFINE "%define _build_id_links none")
set(CPACK_RPM_HOST_PACKAGE_REQUIRES_POST shadow-utils)
set(CPACK_RPM_HOST_USER_FILELIST "%config(noreplace) /etc/aerostat/aerostat.toml" "%config(noreplace) /etc/libvirt/hooks/qemu.d/aerostat")
foreach(component HOST GUEST)
  string(TOLOWER ${component} lower)
  set(CPACK_RPM_${component}_POST_INSTALL_SCRIPT_FILE ${made}/${lower}/rpm/post)
  set(CPACK_RPM_${component}_PRE_UNINSTALL_SCRIPT_FILE ${made}/${lower}/rpm/preun)
  set(CPACK_RPM_${component}_POST_UNINSTALL_SCRIPT_FILE ${made}/${lower}/rpm/postun)
endforeach()
# Folders that belong to other packages.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
  /etc/libvirt /etc/libvirt/hooks /etc/libvirt/hooks/qemu.d /usr/sbin /usr/lib/systemd /usr/lib/systemd/system /usr/lib/sysusers.d /usr/lib/tmpfiles.d /usr/share/man /usr/share/man/man1
  /usr/share/man/man5 /usr/share/man/man8 /usr/share/bash-completion /usr/share/bash-completion/completions
  /usr/share/zsh /usr/share/zsh/site-functions /usr/share/fish /usr/share/fish/vendor_completions.d)

include(CPack)
