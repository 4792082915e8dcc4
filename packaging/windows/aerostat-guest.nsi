; The installer of aerostat-guest.exe, one for each architecture: script/package windows makes both.
;   /S installs without a question. Given: ARCH (x64, x86), VERSION, FILE_VERSION, PROGRAM, LICENSE, OUT.
!if "${ARCH}" == "x64"
  Target amd64-unicode
  InstallDir "$PROGRAMFILES64\Aerostat"
!else
  Target x86-unicode
  InstallDir "$PROGRAMFILES32\Aerostat"
!endif
Unicode true
Name "Aerostat guest service"
OutFile "${OUT}"
; Only administrators may write there: the service runs what is in it.
RequestExecutionLevel admin
SetCompressor /SOLID lzma
ShowInstDetails nevershow
VIProductVersion "${FILE_VERSION}"
VIAddVersionKey "ProductName" "Aerostat guest service"
VIAddVersionKey "FileDescription" "Installs the Aerostat guest service"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "Apache License 2.0"

!define LISTED "Software\Microsoft\Windows\CurrentVersion\Uninstall\aerostat-guest"
; An upgrade goes where the older one is.
InstallDirRegKey HKLM "${LISTED}" "InstallLocation"

Page license
LicenseData "${LICENSE}"
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

Function .onInit
  !if "${ARCH}" == "x86"
    ; The system's own program looks at the system's own memory.
    ReadEnvStr $0 "PROCESSOR_ARCHITEW6432"
    StrCmp $0 "" fits
    MessageBox MB_OK|MB_ICONSTOP "This is a 64-bit Windows: use the installer for x64." /SD IDOK
    SetErrorLevel 2
    Abort
    fits:
  !endif
FunctionEnd

Section
  SetOutPath "$INSTDIR"
  ; A program that runs cannot be overwritten. The new one stops the service, whatever version that has. The service is
  ; not removed: Windows would keep its name until nobody looks at it any more, and its options would be lost. The first
  ; time there is none.
  InitPluginsDir
  File "/oname=$PLUGINSDIR\aerostat-guest.exe" "${PROGRAM}"
  nsExec::ExecToLog '"$PLUGINSDIR\aerostat-guest.exe" stop'
  Pop $0
  SetOverwrite try
  ClearErrors
  File "/oname=aerostat-guest.exe" "${PROGRAM}"
  IfErrors 0 written
    ; The older program serves on.
    nsExec::ExecToLog '"$INSTDIR\aerostat-guest.exe" install'
    Pop $0
    MessageBox MB_OK|MB_ICONSTOP "$INSTDIR\aerostat-guest.exe cannot be written. Does it still run?" /SD IDOK
    SetErrorLevel 1
    Abort
  written:
  nsExec::ExecToLog '"$INSTDIR\aerostat-guest.exe" install'
  Pop $0
  StrCmp $0 "0" installed
    DetailPrint "The service could not be installed ($0)."
    SetErrorLevel 1
    Abort
  installed:
  WriteUninstaller "$INSTDIR\uninstall.exe"
  !if "${ARCH}" == "x64"
    SetRegView 64
  !endif
  WriteRegStr HKLM "${LISTED}" "DisplayName" "Aerostat guest service"
  WriteRegStr HKLM "${LISTED}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${LISTED}" "Publisher" "Aerostat"
  WriteRegStr HKLM "${LISTED}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${LISTED}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${LISTED}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
SectionEnd

Section "Uninstall"
  nsExec::ExecToLog '"$INSTDIR\aerostat-guest.exe" uninstall'
  Pop $0
  ClearErrors
  Delete "$INSTDIR\aerostat-guest.exe"
  IfErrors 0 deleted
    ; It stays in the list of programs, to be removed later.
    MessageBox MB_OK|MB_ICONSTOP "$INSTDIR\aerostat-guest.exe cannot be deleted. Does it still run?" /SD IDOK
    SetErrorLevel 1
    Abort
  deleted:
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  !if "${ARCH}" == "x64"
    SetRegView 64
  !endif
  DeleteRegKey HKLM "${LISTED}"
SectionEnd
