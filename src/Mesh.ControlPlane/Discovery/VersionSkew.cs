using System.Globalization;

namespace Mesh.ControlPlane.Discovery;

/// <summary>Whether a sidecar and this control plane are made to speak with each other: neighbouring minor versions are.</summary>
internal static class VersionSkew
{
    /// <summary>This control plane's version.</summary>
    public static string This { get; } = typeof(VersionSkew).Assembly.GetName().Version!.ToString(3);

    /// <summary>Whether versions are further apart than one minor. One that cannot be read, as of a client that is not ours, is not.</summary>
    /// <param name="controlPlane">The control plane's version, such as <c>0.1.0</c>.</param>
    /// <param name="sidecar">The sidecar's; what follows a plus sign or a hyphen does not count.</param>
    public static bool IsTooFar(string controlPlane, string sidecar) =>
        TryRead(controlPlane, out var own) && TryRead(sidecar, out var other) && (own.Major != other.Major || Math.Abs(own.Minor - other.Minor) > 1);

    private static bool TryRead(string text, out (int Major, int Minor) version)
    {
        version = default;
        return text.Split('+', '-')[0].Split('.') is [var major, var minor, ..]
            && int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out version.Major)
            && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out version.Minor);
    }
}
