namespace Mesh.Cli.Api;

/// <summary>Which control plane a command speaks to.</summary>
/// <param name="Server">Base URL of the API.</param>
/// <param name="Token">Bearer token, if one is known.</param>
internal sealed record ServerLocation(Uri Server, string? Token)
{
    /// <summary>Instead of <c>--server</c>.</summary>
    public const string ServerVariable = "MESH_SERVER";

    /// <summary>Instead of <c>--token-file</c>.</summary>
    public const string TokenFileVariable = "MESH_TOKEN_FILE";

    /// <summary>What was given, else the environment's, else the app that <c>mesh up</c> runs here or in a directory above, else the only one it runs.</summary>
    /// <param name="server"><c>--server</c>.</param>
    /// <param name="tokenFile"><c>--token-file</c>.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="directory">Where to look from.</param>
    /// <param name="running">What the user runs, wherever it is.</param>
    public static ServerLocation Find(string? server, string? tokenFile, Func<string, string?> environment, string directory, RunningApps running)
    {
        server ??= environment(ServerVariable) is { Length: > 0 } given ? given : null;
        tokenFile ??= environment(TokenFileVariable) is { Length: > 0 } file ? file : null;
        var token = tokenFile is null ? null : ReadToken(Path.GetFullPath(tokenFile, directory));
        if (server is not null)
        {
            return Uri.TryCreate(server, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                ? new ServerLocation(url, token)
                : throw new CliException(ExitCode.Usage, $"--server={server} (must be an http or https URL such as http://127.0.0.1:15014)");
        }

        var app = FindApp(directory, running);
        return new ServerLocation(new Uri(app.Server), token ?? app.Token);
    }

    /// <summary>The app that <c>mesh up</c> runs in a directory or above, else the only one it runs.</summary>
    /// <exception cref="CliException">There is none, or more than one.</exception>
    public static ServerFile FindApp(string directory, RunningApps running) => InDirectory(directory) ?? TheOnlyOne(running.All);

    private static string ReadToken(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.NoInput, $"--token-file={file} ({e.Message})", e);
        }
    }

    private static ServerFile TheOnlyOne(IReadOnlyList<ServerFile> running) => running switch
    {
        [var one] => one,
        [] => throw new CliException(ExitCode.Unavailable,
            $"'mesh up' runs no app here. Start one, or give --server URL --token-file FILE (or {ServerVariable} and {TokenFileVariable})."),
        _ => throw new CliException(ExitCode.Usage,
            $"'mesh up' runs {running.Count} apps; go to the directory of the one that is meant, or give --server URL --token-file FILE:\n{string.Join('\n', running.Select(r => $"  {r.App}: {r.Server} ({r.File})"))}"),
    };

    private static ServerFile? InDirectory(string directory)
    {
        for (var at = new DirectoryInfo(directory); at is not null; at = at.Parent)
        {
            var mesh = Path.Combine(at.FullName, ".mesh");
            if (!Directory.Exists(mesh))
            {
                continue;
            }

            var newest = Directory.EnumerateDirectories(mesh)
                .Select(d => Path.Combine(d, ServerFile.Name))
                .Where(File.Exists)
                .OrderByDescending(File.GetLastWriteTimeUtc)
                .Select(ServerFile.Read)
                .FirstOrDefault(f => f is { IsRunning: true });
            if (newest is not null)
            {
                return newest;
            }
        }

        return null;
    }
}
