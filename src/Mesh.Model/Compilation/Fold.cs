using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Policies;

namespace Mesh.Model.Compilation;

/// <summary>
/// Folds layers into one: for each setting the last layer that has it is heard, lists are replaced whole. That is JSON Merge Patch (RFC 7396) over settings that
/// are absent or given, and keeps the origin of each.
/// </summary>
internal sealed class Fold<T>(ImmutableArray<Layer<T>> layers, string where, string prefix, List<AppliedSetting> applied)
{
    private int _highest = -1;

    /// <summary>What it is about.</summary>
    public string Where => where;

    /// <summary>Who said the most heard of the settings that were taken; the default where none was.</summary>
    public Origin Origin => _highest < 0 ? Origin.Default : layers[_highest].Origin;

    /// <summary>Everyone who said one of the settings that were taken.</summary>
    public SortedDictionary<int, Origin> Heard { get; } = [];

    /// <summary>Takes a setting, or the fallback where no layer has it.</summary>
    public TValue Take<TValue>(string name, Func<T, TValue?> pick, TValue fallback)
        where TValue : struct => TryTake(name, pick, out var value) ? value : fallback;

    /// <summary>Takes a bound on time of which zero means none.</summary>
    public TimeSpan? Bound(string name, Func<T, TimeSpan?> pick, TimeSpan? fallback) =>
        !TryTake(name, pick, out var value) ? fallback : value == TimeSpan.Zero ? null : value;

    /// <summary>Takes a setting if a layer has it.</summary>
    /// <param name="name">Its name in documents.</param>
    /// <param name="pick">Where a layer has it.</param>
    /// <param name="value">What is heard.</param>
    /// <param name="show">How people read it. Default: as it says itself, the elements of a list one after the other.</param>
    public bool TryTake<TValue>(string name, Func<T, TValue?> pick, out TValue value, Func<TValue, string>? show = null)
        where TValue : struct
    {
        for (var i = layers.Length - 1; i >= 0; i--)
        {
            if (pick(layers[i].Content) is { } found)
            {
                _highest = Math.Max(_highest, i);
                Heard[i] = layers[i].Origin;
                applied.Add(new AppliedSetting(where, $"{prefix}.{name}", (show ?? Text)(found), layers[i].Origin) { Overruled = i == 0 ? [] : Below(i, pick, show ?? Text) });
                value = found;
                return true;
            }
        }

        value = default;
        return false;
    }

    private ImmutableArray<OverruledSetting> Below<TValue>(int heard, Func<T, TValue?> pick, Func<TValue, string> show)
        where TValue : struct
    {
        ImmutableArray<OverruledSetting>.Builder? below = null;
        for (var i = heard - 1; i >= 0; i--)
        {
            if (pick(layers[i].Content) is { } said)
            {
                (below ??= ImmutableArray.CreateBuilder<OverruledSetting>()).Add(new OverruledSetting(show(said), layers[i].Origin) { IsTie = layers[i].Rank.IsTie(layers[heard].Rank) });
            }
        }

        return below?.ToImmutable() ?? [];
    }

    private static string Text<TValue>(TValue value) => value switch
    {
        string text => text,
        IEnumerable list => string.Join(", ", list.Cast<object?>().Select(Text)) is { Length: > 0 } texts ? texts : "none",
        TimeSpan span => Duration.Format(span),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "",
    };
}
