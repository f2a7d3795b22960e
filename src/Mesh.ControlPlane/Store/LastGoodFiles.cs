using System.Collections.Immutable;
using System.Text.Json;
using Mesh.Model.Resources;

namespace Mesh.ControlPlane.Store;

/// <summary>Keeps the text of files that were good, so that a restart does not turn a mistake in a file into its removal.</summary>
internal sealed class LastGoodFiles(StateDirectory state)
{
    private const string FileName = "last-good-files.json";

    private readonly Dictionary<string, string> _texts = Load(state);

    /// <summary>What a file declared when it was last good.</summary>
    public ImmutableArray<DeclaredResource> Find(SourceText file)
    {
        if (!_texts.TryGetValue(file.Name, out var text))
        {
            return [];
        }

        var read = GuardedReader.Divide(file with { Text = text }, out _);
        return [.. read.Documents.Select(GuardedReader.Resource).OfType<DeclaredResource>()];
    }

    /// <summary>Keeps what is good now; forgets what is gone.</summary>
    public void Save(ImmutableArray<SourceEntry> files)
    {
        var changed = false;
        foreach (var gone in _texts.Keys.Except(files.Select(f => f.Text.Name)).ToArray())
        {
            changed |= _texts.Remove(gone);
        }

        foreach (var file in files.Where(f => f.IsGood && _texts.GetValueOrDefault(f.Text.Name) != f.Text.Text))
        {
            _texts[file.Text.Name] = file.Text.Text!;
            changed = true;
        }

        if (changed)
        {
            state.Write(FileName, JsonSerializer.SerializeToUtf8Bytes(_texts));
        }
    }

    private static Dictionary<string, string> Load(StateDirectory state)
    {
        try
        {
            return state.TryRead(FileName) is { } bytes ? JsonSerializer.Deserialize<Dictionary<string, string>>(bytes) ?? [] : [];
        }
        catch (JsonException)
        {
            // It is only a copy.
            return [];
        }
    }
}
