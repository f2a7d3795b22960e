using System.CommandLine;
using System.Text.Json.Nodes;

namespace Mesh.Cli.Commands;

/// <summary>The token of a request that is explained: the token itself, or what it would claim.</summary>
internal sealed class TokenOptions
{
    private readonly Option<string[]> _claims = new("--claim") { Description = "A claim of a token that counts as verified, such as iss=https://login.example/ or role=admin; may be given again.", HelpName = "name=value" };
    private readonly Option<string?> _token = new("--jwt") { Description = "The token itself, sent as Authorization: Bearer. Other users of this machine see command lines: --jwt-file is better.", HelpName = "token" };
    private readonly Option<string?> _file = new("--jwt-file") { Description = "A file with the token.", HelpName = "file" };
    private readonly Option<string?> _keys = new("--jwks-file") { Description = "A file with the issuer's keys (a JSON Web Key Set), to verify the signature where the policy only says where they are.", HelpName = "file" };

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_claims, _token, _file, _keys])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Writes them into the request.</summary>
    public void Write(ParseResult parsed, CommandContext context, JsonObject request)
    {
        request["claims"] = ExplainCommand.Pairs(parsed.GetValue(_claims), "--claim");
        if (parsed.GetValue(_token) is not null && parsed.GetValue(_file) is not null)
        {
            throw new CliException(ExitCode.Usage, "give the token with --jwt or with --jwt-file.");
        }

        if ((parsed.GetValue(_token) ?? Read(parsed.GetValue(_file), "--jwt-file", context)) is { } token)
        {
            request["jwt"] = token.Trim();
        }

        if (Read(parsed.GetValue(_keys), "--jwks-file", context) is { } keys)
        {
            request["keys"] = keys;
        }
    }

    private static string? Read(string? file, string option, CommandContext context)
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            return File.ReadAllText(Path.GetFullPath(file, context.Directory));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.NoInput, $"{option} {file}: {e.Message}");
        }
    }
}
