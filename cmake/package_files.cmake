# Run by CPack when the files of both packages are laid out: compresses the manuals, and adds what distributions want of
# a package beside its files: licence, changelog, and the reasons of what lintian finds.
set(package_host aerostat)
set(package_guest aerostat-guest)
# As SOURCE_DATE_EPOCH says, if that is set.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)

foreach(component ${CPACK_COMPONENTS_ALL})
  set(root ${CPACK_TEMPORARY_DIRECTORY}/${component})
  set(name ${package_${component}})
  # install.cmake knows the program for this machine only.
  if(CPACK_DEBIAN_PACKAGE_ARCHITECTURE STREQUAL i386)
    configure_file(${CPACK_AEROSTAT_I386}/${name} ${root}/usr/sbin/${name} COPYONLY)
  endif()
  file(GLOB manuals ${root}/usr/share/man/man*/*.[1-9])
  execute_process(COMMAND gzip -9n ${manuals} COMMAND_ERROR_IS_FATAL ANY)

  set(doc ${root}/usr/share/doc/${name})
  configure_file(${CPACK_AEROSTAT_PACKAGING}/scripts/deb/copyright ${doc}/copyright COPYONLY)
  if(CPACK_GENERATOR STREQUAL DEB)
    file(WRITE ${doc}/changelog "${name} (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * The commits of the project tell what changed.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
    execute_process(COMMAND gzip -9n ${doc}/changelog COMMAND_ERROR_IS_FATAL ANY)
    set(overrides ${CPACK_AEROSTAT_PACKAGING}/scripts/deb/${name}.lintian-overrides)
    if(EXISTS ${overrides})
      configure_file(${overrides} ${root}/usr/share/lintian/overrides/${name} COPYONLY)
    endif()
  endif()
endforeach()
