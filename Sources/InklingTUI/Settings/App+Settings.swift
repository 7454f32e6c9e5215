// SPDX-License-Identifier: Apache-2.0

internal import InklingCells

extension App {
    static func settingsAction(_ state: inout AppState, _ action: Action) -> [Effect] {
        let settings = SettingRegistry.all(for: state.preferences, themes: state.themes.map(\.name))
        switch action {
        case .up: state.settings.list.move(by: -1, count: settings.count)
        case .down: state.settings.list.move(by: 1, count: settings.count)
        case .top: state.settings.list.select(0, count: settings.count)
        case .bottom: state.settings.list.select(settings.count - 1, count: settings.count)
        case .decrease: step(&state, settings, by: -1)
        case .increase: step(&state, settings, by: 1)
        case .reset:
            guard let setting = selectedSetting(state, settings) else { return [] }
            setting.clear(&state.preferences)
        case .choose:
            guard let setting = selectedSetting(state, settings) else { return [] }
            if setting.id == "appearance.theme" {
                openThemes(&state)
                return []
            }
            switch setting.kind {
            case .flag, .choice: step(&state, settings, by: 1)
            case .real, .integer, .text:
                open(
                    &state,
                    .field(
                        FieldState(
                            .setting(setting.id), title: setting.title, hint: setting.help,
                            text: setting.read(state.preferences), isSingleLine: setting.id != "chat.system")))
            }
        case .keepSetting:
            guard let setting = selectedSetting(state, settings) else { return [] }
            return [.keep(KeptSetting(setting, of: state.preferences))]
        case .cancel: state.screen = .chat
        default: break
        }
        return []
    }

    private static func step(_ state: inout AppState, _ settings: [Setting], by direction: Int) {
        guard let setting = selectedSetting(state, settings),
            let value = setting.stepped(state.preferences, by: direction)
        else { return }
        _ = setting.write(&state.preferences, value)
        let count = SettingRegistry.all(for: state.preferences, themes: state.themes.map(\.name)).count
        state.settings.list.select(state.settings.list.selected, count: count)
    }

    static func selectedSetting(_ state: AppState, _ settings: [Setting]) -> Setting? {
        let index = state.settings.list.selected
        return settings.indices.contains(index) ? settings[index] : nil
    }
}
