using System.Text.Json;
using Mesh.Model.Bootstrap;
using Mesh.Model.Validation;

namespace Mesh.Proxy.Bootstrap;

/// <summary>Reads the bootstrap file.</summary>
internal static class BootstrapReader
{
    /// <summary>Reads and checks a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overrides">What counts instead of the file's own.</param>
    /// <param name="violations">Everything that is wrong with it; empty when settings come back.</param>
    public static ProxySettings? Read(string path, BootstrapOverrides overrides, out IReadOnlyList<Violation> violations)
    {
        try
        {
            return Parse(File.ReadAllBytes(path), overrides, out violations);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            violations = [new(FieldPath.Root, $"cannot be read: {e.Message}")];
            return null;
        }
    }

    /// <summary>Checks a file's content.</summary>
    internal static ProxySettings? Parse(ReadOnlySpan<byte> json, BootstrapOverrides overrides, out IReadOnlyList<Violation> violations)
    {
        try
        {
            var bootstrap = JsonSerializer.Deserialize(json, BootstrapJson.Default.SidecarBootstrap);
            if (bootstrap is null)
            {
                violations = [new(FieldPath.Root, "must be a JSON object but is null")];
                return null;
            }

            return BootstrapValidator.Check(overrides.Apply(bootstrap), out violations);
        }
        catch (JsonException e)
        {
            // The message of System.Text.Json names the member and place but never quotes a value, so no secret gets into a log.
            var line = (int?)e.LineNumber + 1;
            violations = [new(new FieldPath(e.Path is null or "$" ? "" : e.Path), $"line {line}: {e.Message}", line)];
            return null;
        }
    }
}
