namespace Mesh.Model.Compilation;

/// <summary>
/// What was made for one caller, for every other of whom the policies say the same: in a mesh where everyone calls everyone that is nearly all, and whoever encodes it does so
/// once as well.
/// </summary>
internal sealed class SharedParts<TKey, TPart>
    where TKey : notnull
{
    private readonly Dictionary<TKey, (TPart Part, AppliedSetting[] Applied)> _parts = [];

    /// <summary>The part; made where it is not there yet.</summary>
    /// <param name="key">Everything that it depends on.</param>
    /// <param name="applied">Gets the settings that led to it.</param>
    /// <param name="make">Makes it, and lists those settings.</param>
    public TPart Get(TKey key, List<AppliedSetting> applied, Func<List<AppliedSetting>, TPart> make)
    {
        if (!_parts.TryGetValue(key, out var known))
        {
            var settings = new List<AppliedSetting>();
            var part = make(settings);
            _parts[key] = known = (part, [.. settings]);
        }

        applied.AddRange(known.Applied);
        return known.Part;
    }
}
