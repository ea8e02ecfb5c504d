using System.Runtime.InteropServices;
using System.Runtime.Versioning;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
[assembly: UnsupportedOSPlatform("windows")] // Modes, owners and flock are how the credential is kept; Windows needs its own way.
