using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Cli.Api;

/// <summary>How a command finds the control plane of an app that <c>mesh up</c> runs: <c>.mesh/&lt;app&gt;/cli.json</c>, mode 0600.</summary>
internal sealed record ServerFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "cli.json";

    /// <summary>The app.</summary>
    public required string App { get; init; }

    /// <summary>Base URL of the API.</summary>
    public required string Server { get; init; }

    /// <summary>The API token.</summary>
    public required string Token { get; init; }

    /// <summary>The process id of <c>mesh up</c>.</summary>
    public required int ProcessId { get; init; }

    /// <summary>Absolute path of the <c>mesh.yaml</c>.</summary>
    public required string File { get; init; }

    /// <summary>Absolute path of the state directory. <see langword="null"/>: a <c>mesh up</c> of an older version wrote this.</summary>
    public string? State { get; init; }

    /// <summary>Reads it; <see langword="null"/> if it is not there or not whole.</summary>
    public static ServerFile? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(System.IO.File.ReadAllText(path), ServerFileJson.Default.ServerFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether its <c>mesh up</c> still runs; one that was killed could not take its file away.</summary>
    [JsonIgnore]
    public bool IsRunning
    {
        get
        {
            try
            {
                using var process = Process.GetProcessById(ProcessId);
                return !process.HasExited;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ServerFileJson.Default.ServerFile);
}
